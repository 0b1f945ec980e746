# workforce-sim serve, for a user without rights: docs/installing.md#a-container
FROM python:3.13-slim AS built
COPY . /source
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir "/source[api]" \
    && /venv/bin/pip uninstall -y pip

FROM python:3.13-slim
COPY --from=built /venv /venv
RUN useradd --system --uid 10001 --no-create-home service && install -d -o 10001 -m 700 /served
USER 10001
VOLUME /served
ENV PYTHONDONTWRITEBYTECODE=1
EXPOSE 8000
HEALTHCHECK CMD ["/venv/bin/python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=5)"]
CMD ["/venv/bin/workforce-sim", "serve", "--out", "/served", "--host", "0.0.0.0"]
