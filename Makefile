# phonecase: from the King James text to a printed picture. `make help` lists what there is.
#
# Each target sets up .venv first; once that is ready it costs a few hundredths of a second.

PYTHON ?= python3
ARGS ?=

# What is said in words of its own is not echoed; a command of a tool's is, so that it can be copied.
IN_VENV = PATH="$(CURDIR)/.venv/bin:$$PATH"
SNAKEMAKE = $(IN_VENV) snakemake --cores 4 --resources gpu=1

.DEFAULT_GOAL := pictures
.PHONY: pictures setup test test-fast check bench bench-recipes bench-growth bench-scale bench-pictures bench-load bench-orders bench-seriation bench-cores report bundle clean lock help

pictures: setup  ## Set up, then make every picture in results/ that config.yaml asks for (the default)
	$(IN_VENV) python scripts/stages.py --resources gpu=1 --cores 4 $(ARGS)

setup:  ## Only set up .venv from requirements.txt
	@$(PYTHON) scripts/bootstrap.py $(if $(filter file,$(origin PYTHON)),,--this-python)

test: setup  ## Run all tests
	$(IN_VENV) python -m pytest -n 2 $(ARGS)

test-fast: setup  ## Run the tests that take a moment: no real trainings, no whole workflows
	$(IN_VENV) python -m pytest -n 2 -m "not slow" $(ARGS)

# What checks the page's programs; a run needs none of it.
NODE := $(if $(shell command -v npm),tests/explorer/node_modules/.package-lock.json)

tests/explorer/node_modules/.package-lock.json: tests/explorer/package-lock.json
	npm --prefix tests/explorer ci --no-audit --no-fund

check: setup $(NODE)  ## Check style, types and the workflow's own rules; with npm, those of the page's programs too
	$(IN_VENV) ruff check
	$(IN_VENV) ruff format --check
	$(IN_VENV) mypy
	$(IN_VENV) PYTHONPATH=scripts lint-imports
	$(IN_VENV) snakefmt --check Snakefile rules
	$(IN_VENV) snakemake --lint
	$(if $(NODE),npm --prefix tests/explorer run check,@echo "no npm: the page's programs are not checked")

bench: setup  ## Time a training step beside autograd and nn.GRU; wants a quiet machine
	$(IN_VENV) python bench/training.py $(ARGS)

bench-recipes: setup  ## Time `swift` to the post's 1.9 bits beside the post's own loop; wants a quiet machine
	$(IN_VENV) python bench/recipes.py $(ARGS)

bench-growth: setup  ## Time a training step by hidden size, window, batch and threads; wants a quiet machine
	$(IN_VENV) python bench/growth.py $(ARGS)

bench-scale: setup  ## Measure each stage by its sizes, and the plan of a sweep by its models
	$(IN_VENV) python bench/scale.py $(ARGS)

bench-pictures: setup  ## Time whole runs of Snakemake, training apart: nothing to do, a colour, everything
	$(IN_VENV) python bench/pictures.py $(ARGS)

bench-load: setup  ## Time a training beside busy loops and beside another training; wants a quiet machine
	$(IN_VENV) python bench/load.py $(ARGS)

bench-orders: setup  ## Time every order beside other solvers (those of bench/requirements.txt)
	$(IN_VENV) OMP_NUM_THREADS=1 python bench/orders.py $(ARGS)

bench-seriation: setup  ## Hold the orders against those of R's package seriation
	$(IN_VENV) OMP_NUM_THREADS=1 python bench/seriation.py $(ARGS)

bench-cores: setup  ## Train every core for the same 1,000 steps; takes an hour or two, may be stopped
	$(IN_VENV) python bench/cores.py $(ARGS)

report: pictures  ## Make every picture, then results/report.html, one page about the whole run
	$(SNAKEMAKE) $(ARGS) --report results/report.html

bundle: setup  ## Write dist/phonecase-*.tar, which installs and runs where there is no network
	@$(IN_VENV) python scripts/bundle.py

clean:  ## Remove all that a run made, trained models included; .venv stays
	rm -rf .snakemake
	find results/ -mindepth 1 ! -path results/README.md -delete

lock: setup  ## Resolve requirements.txt anew from pyproject.toml; ARGS=--upgrade for newer versions
	@$(IN_VENV) python scripts/lock.py $(ARGS)

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  PYTHON=python3.12      the Python to build .venv with, 3.11 or newer"
	@echo "  ARGS='--config ...'    more words for Snakemake, pytest or a bench"
