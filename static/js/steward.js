// The page's own behaviour: each module looks for its data- attributes and leaves pages without them alone.
import { startKeys } from "./keys.js";
import { startLists } from "./lists.js";
import { startPalette } from "./palette.js";
import { startPreferences } from "./preferences.js";
import { startMessages } from "./messages.js";
import { startUploads } from "./uploads.js";
import { startLineGrids } from "./line_grid.js";
import { startMatchDesk } from "./match_desk.js";
import { startDetails } from "./details.js";

startPreferences();
startMessages();
startKeys();
startLists();
startPalette();
startUploads();
startLineGrids();
startDetails();
startMatchDesk();
