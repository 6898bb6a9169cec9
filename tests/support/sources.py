"""Writes the modules of functions, for tests."""

from pathlib import Path


def write(root: Path, **modules: str) -> Path:
    """Write modules below ``handlers``; ``__`` in a name separates folders."""
    files = {"__init__.py": "", **{f"{n.replace('__', '/')}.py": t for n, t in modules.items()}}
    for name, text in files.items():
        path = root / "handlers" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        for folder in path.parents:
            if folder == root / "handlers":
                break
            (folder / "__init__.py").touch()
    return root
