#!/usr/bin/env python3
"""Holds cloud-init user data to cloud-init's own schema, and writes out the files that it would write.

    cloud_config.py SCHEMA OUT FILE...

What FILE writes as /path is OUT/NAME/path.
"""
import json
import pathlib
import sys

import jsonschema
import yaml

schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
for name in map(pathlib.Path, sys.argv[3:]):
    text = name.read_text()
    if not text.startswith("#cloud-config\n"):
        sys.exit(f"{name}: cloud-init takes it for something else without its first line")
    data = yaml.safe_load(text)
    try:
        jsonschema.validate(data, schema)
    except jsonschema.ValidationError as error:
        sys.exit(f"{name}: {error.json_path}: {error.message}")
    for file in data["write_files"]:
        path = pathlib.Path(sys.argv[2]) / name.stem / file["path"].lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file["content"])
        path.chmod(int(file["permissions"], 8))
