// Sets theme, density and the single-key switch on <html> before the first paint. A classic script in <head>, on purpose.
(() => {
  const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.split("=")[1] ?? "";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const chosen = cookie("theme");
    root.dataset.bsTheme = chosen === "light" || chosen === "dark" ? chosen : dark.matches ? "dark" : "light";
    root.dataset.theme = chosen || "auto";
    root.dataset.density = cookie("density") || "comfortable";
    root.dataset.shortcuts = cookie("shortcuts") || "on";
  };
  paint();
  dark.addEventListener("change", paint);
  document.addEventListener("steward:preferences", paint);
})();
