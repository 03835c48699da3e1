# Steward as one image: web, worker, beat and prepare are the same code under different commands.
FROM python:3.13-slim-bookworm AS parts
WORKDIR /steward
COPY run pyproject.toml requirements.lock ./
RUN python run setup --production

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /steward steward \
 && install --directory --mode=700 --owner=steward /data /data/store
WORKDIR /steward
COPY --from=parts /steward/var/venv /steward/var/venv
COPY . /steward
ENV PATH=/steward/var/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=tpa.settings \
    STEWARD_VAR=/data
RUN python -m compileall -q tpa plans employers claims var/venv/lib
USER steward
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "tpa.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--preload", "--no-control-socket"]
