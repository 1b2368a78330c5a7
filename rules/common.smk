"""What every chapter uses: the checked settings, and how settings and code reach a rule.

A rule sees its own settings and nothing else, as one JSON text with sorted keys among its params, so that
Snakemake reruns it when, and only when, one of them changes. Its code reaches it the same way: `code(...)` is
a text of hashes of the script and of every module of ours that it imports.
"""

import gc
import hashlib
import os
import signal
import sys
from _thread import start_new_thread  # takes no lock of Python's, which a handler must not
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import current_thread, main_thread

from snakemake.executors import dryrun
from snakemake.settings.enums import Quietness
from snakemake.utils import update_config


def interrupted(number, frame):
    """Ctrl-C: leave without a traceback. Once jobs are being stopped, a second one is no news."""
    print("interrupted", file=sys.__stderr__, flush=True)
    if not jobs_may_run:
        # Before that Snakemake may be anywhere in its event loop, which takes an exception badly.
        with suppress(Exception):
            workflow.persistence.unlock()  # what this process has locked, if anything
        os._exit(128 + number)
    signal.signal(signal.SIGINT, lambda number, frame: None)
    sys.exit(128 + number)


jobs_may_run = []  # something, from the start of the first on
# Who ignores it, as a shell's background jobs do, or calls Snakemake from a thread of theirs, sees to it.
if signal.getsignal(signal.SIGINT) == signal.default_int_handler and current_thread() is main_thread():
    signal.signal(signal.SIGINT, interrupted)

# Where the workflow lies. Results lie in the folder that one is in, which may be another.
HOME = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parent
SCRIPTS = HOME / "scripts"
sys.path.insert(0, str(SCRIPTS))
# `python` in a job is the Python that runs Snakemake, unless a conda environment replaces it.
os.environ.update(PATH=os.pathsep.join([str(Path(sys.executable).parent), *os.get_exec_path()]))

from phonecase.corpus import OwnWords, SourceSettings, SplitSettings
from phonecase.errors import UserError
from phonecase.experiments.sweep import MEMBER
from phonecase.states.own import MODEL
from phonecase.workflow.config import Config, as_json, check, check_files, order
from phonecase.workflow.fingerprint import fingerprints
from phonecase.workflow.reading import read_yaml
from phonecase.workflow.records import date_by_arrival, doubt_unfinished, keep_beside, let_go

# All that is imported by now stays to the end: the garbage collector need not go through it again and again,
# nor when Snakemake leaves. A fifth of a second of each call. And what a plan makes stays to the end as well: looking
# for garbage after each 20,000 new objects instead of 700 saves a large plan a tenth of its time.
gc.freeze()
gc.set_threshold(20_000)


def stop(error: UserError):
    """Say what is wrong with the settings, a line for each fault, and leave."""
    for line in str(error).splitlines():
        print(f"config: {line}", file=sys.stderr)
    sys.exit(1)


@contextmanager
def mistakes_told():
    """What is wrong with the settings, or asked for and not in them, is said; then the run ends."""
    try:
        yield
    except UserError as error:
        stop(error)


def checked_config() -> Config:
    """The settings, those of the command line among them."""
    with mistakes_told():
        checked = check(config)
        if workflow.storage_settings.default_storage_provider is None:  # else the files lie there, not here
            check_files(checked)
        return checked


def named(section, name):
    """What has a name in the settings, as a file that was asked for has it in its path."""
    with mistakes_told():
        return CONFIG.find(section, name)


def code(script):
    """What a script's behaviour depends on, for a rule's params."""
    return CODE[script]


def environment(name):
    """The file of a conda environment. Snakemake fills wildcards into the path, the folder's name included."""
    return str(HOME / "envs" / name).replace("{", "{{").replace("}", "}}")


def path_of(script):
    """A script's path. As a function of the input it isn't recorded, so that the folder can move."""

    def path(wildcards, input):
        return SCRIPTS / script

    return path


def corpus_json(model):
    """The part of the corpus's settings that a model holds, as JSON."""
    return as_json(CONFIG.corpus.model_dump(mode="json", include=set(model.model_fields)))


def source_file(wildcards):
    """The user's own files, when the text comes from them: an edit of one is a new text."""
    return CONFIG.corpus.path


def source_json(wildcards):
    return corpus_json(SourceSettings)


def content(files):
    """The hashes of files of the user's, for a rule's params: one may be replaced by one with an older date.

    Nothing for a file that lies in object storage, or nowhere.
    """
    hashes = []
    for file in filter(os.path.isfile, files):
        with open(file, "rb") as opened:
            hashes.append(hashlib.file_digest(opened, "sha256").hexdigest())
    return as_json(hashes)


def source_content(wildcards):
    return content(source_file(wildcards) or [])


def split_json(wildcards):
    return corpus_json(SplitSettings)


def recipe_json(wildcards):
    return as_json(named("models", wildcards.model))


def device(wildcards, input, resources):
    """Where to train. As a function of the input it isn't recorded: another device is no reason to retrain.

    A run without GPUs, `--resources gpu=0`, trains all the same: Snakemake lets a job have what there is.
    """
    return "cpu" if CONFIG.device == "auto" and resources.gpu == 0 else CONFIG.device


def tensorboard(wildcards, output):
    """Training's option for TensorBoard. Not recorded either: the log leaves the weights as they are."""
    return f"--tensorboard {Path(output.weights).parent}/tensorboard" if CONFIG.tensorboard else ""


def own_words_content(wildcards):
    return content(own_words_file(wildcards))


def own_words_file(wildcards):
    """The file that has a passage's words, if one does: an edit of it is a new passage."""
    passage = named("passages", wildcards.passage)
    return [passage.file] if isinstance(passage, OwnWords) and passage.file else []


def reference(wildcards):
    """What a passage is: where it stands, or one's own words as JSON."""
    passage = named("passages", wildcards.passage)
    return as_json(passage) if isinstance(passage, OwnWords) else passage


def passages_json(wildcards, input):
    """All passages. As a function of the input it isn't recorded."""
    return as_json(CONFIG.model_dump(mode="json", include={"passages"})["passages"])


def order_strategy(wildcards):
    named("orders", wildcards.strategy)
    return order(CONFIG, wildcards.strategy).strategy


def order_json(wildcards):
    return as_json(order(CONFIG, wildcards.strategy).settings)


def own_states_file(wildcards):
    return named("states", wildcards.passage).file


def own_states_content(wildcards):
    return content([own_states_file(wildcards)])


def own_states_json(wildcards):
    return as_json(named("states", wildcards.passage))


# Patterns are written out, not taken from `rules`: where results lie in object storage, those are addresses of
# local copies, which expand() refuses.


def for_every_grid(pattern, **others):
    """The files of a pattern for every model and passage, and for your own states."""
    return [
        path
        for model, passage in CONFIG.grids()
        for path in expand(pattern, model=model, passage=passage, **others)
    ]


def for_every_passage_of_several_models(pattern, **others):
    """The files of a pattern for every passage, if there is more than one model to compare."""
    return expand(pattern, passage=CONFIG.passages, **others) if len(CONFIG.model) > 1 else []


def one_of_each(jobs):
    """Of each job's files the first, which is as good as all, and those that are lost while the first is there.

    Snakemake takes its time over every file that is asked for: a plan of 50,000 pictures would take half a minute.
    """
    if not RECORDS_ARE_OURS:  # the files may lie where they can't be seen from here
        return [file for files in jobs for file in files]
    asked_for = []
    for first, *others in jobs:
        asked_for.append(first)
        if os.path.exists(first):
            asked_for += [file for file in others if not os.path.exists(file)]
    return asked_for


def all_models_comparisons(wildcards):
    return expand("results/compare/{model}/{passage}/orders.parquet", model=CONFIG.model, **wildcards)


def orders_of(model, passage, names=None):
    """Orders of a grid, all or some. Not by expand(), which takes its time: a large plan asks a thousand times."""
    return [f"results/orders/{model}/{passage}/{name}.parquet" for name in names or CONFIG.orders]


def all_orders(wildcards):
    return orders_of(wildcards.model, wildcards.passage)


def states_of_every_passage(wildcards):
    return expand("results/states/{model}/{passage}.parquet", passage=CONFIG.passages, **wildcards)


def orders_of_every_passage(wildcards):
    return [path for passage in CONFIG.passages for path in orders_of(wildcards.model, passage)]


def what_units_know(wildcards, input):
    """What `snakemake insight` found out about this model's units, if it did; not recorded."""
    insight = results_of(wildcards, input) / "insight" / wildcards.model
    units, flips = insight / "units.parquet", insight / "flips.parquet"
    return ["--units", units, "--flips", flips] if units.exists() and flips.exists() else []


def gallery_json(wildcards):
    """What there is to show, by its names."""
    return as_json(
        {
            "models": CONFIG.model,
            "grids": CONFIG.grids(),
            "orders": list(CONFIG.orders),
            "styles": list(CONFIG.styles),
        }
    )


def folder_of_output(wildcards, output):
    """Where all that a job makes goes, wherever the results lie."""
    return Path(output[0]).parent


def corpus_in_words(wildcards):
    """What a network reads, for a sentence about it."""
    if CONFIG.corpus.is_kjv:
        return "the King James Bible"
    return " and ".join(path.name for path in CONFIG.corpus.path) or "its text"


def favourite_states(wildcards):
    """The states that are drawn where there is one picture: those of the first model and passage."""
    model, passage = CONFIG.grids()[0]
    return f"results/states/{model}/{passage}.parquet"


def favourite_orders(wildcards):
    """The order that is named, or all of them to choose from."""
    model, passage = CONFIG.grids()[0]
    return orders_of(model, passage, None if CONFIG.favourite.measure else [CONFIG.favourite.order])


def first_weights(wildcards):
    return f"results/models/{CONFIG.model[0]}/weights.safetensors"


def all_order_reports(wildcards):
    return expand("results/orders/{model}/{passage}/{strategy}.json", strategy=CONFIG.orders, **wildcards)


def files_of_experiments(wildcards):
    """What the comparison of models reads: everything of every model along the first passage."""
    patterns = [
        "results/models/{model}/weights.safetensors",
        "results/models/{model}/summary.json",
        "results/states/{model}/{passage}.parquet",
        "results/orders/{model}/{passage}/{strategy}.parquet",
        "results/orders/{model}/{passage}/{strategy}.json",
        "results/insight/{model}/reach.json",
    ]
    passage = next(iter(CONFIG.passages))
    of_models = expand(patterns, model=CONFIG.experiments, passage=passage, strategy=CONFIG.orders)
    return [*of_models, "results/insight/ngrams.json"]


def results_of(wildcards, input):
    """The folder of the results that a job reads, wherever they lie: the first is a model's weights."""
    return Path(input[0]).parents[2]


def experiments_json(wildcards):
    """What is compared: a sweep as it stands in the settings, which is short however many members it has."""
    return as_json(
        {
            "models": {
                name: CONFIG.models[name].model_dump(mode="json") for name in (CONFIG.sweep or CONFIG.model)
            },
            "model": [] if CONFIG.sweep else CONFIG.model,
            "sweep": CONFIG.sweep,
            "passage": next(iter(CONFIG.passages)),
            "orders": list(CONFIG.orders),
            "style": next(iter(CONFIG.styles.values())).model_dump(mode="json"),
        }
    )


def experiments_without_the_failed():
    """The comparison of the models after a run that failed, if it was asked for.

    Snakemake runs no rule whose inputs are missing. The same command writes the table then, which says what
    became of each model; it leaves out results/experiments.complete, so that the next run makes it again.
    """
    for job in workflow.dag.jobs:
        if (
            job.rule.name == "experiments"
            and not workflow.dag.finished(job)
            and job not in workflow.scheduler.failed
        ):
            command = job.shellcmd
            shell("{command}")


def orders_of_the_first_passage(wildcards):
    return orders_of(wildcards.model, next(iter(CONFIG.passages)))


def pictures_of(model, passage, style):
    """A style's pictures in every order; any of the three may stay a wildcard."""
    return [
        f"results/art/{model}/{passage}/{strategy}/{style}{form}.png"
        for strategy in CONFIG.orders
        for form in ["", ".portrait"]
    ]


def folder_of_pictures(wildcards, output):
    """Where a passage's pictures go, wherever the results lie."""
    return Path(output[0]).parents[1]


def start_jobs_at_any_rate():
    """On one machine, no limit on how many jobs start in a second.

    The limit spares a cluster's queue. Its clock ticks once a second while jobs run, and Snakemake can't leave
    before the last tick: up to a second after every run.
    """
    if workflow.local_exec and hasattr(workflow.scheduler, "job_rate_limiter"):
        workflow.scheduler.job_rate_limiter = None


def word_no_jobs_that_are_not_shown():
    """A dry run that is to be quiet about rules puts no job's files, reason and command into words.

    Snakemake does, and drops it then: a sixth of the time of a large plan.
    """
    shown = workflow.output_settings
    hidden = Quietness.RULES in (shown.quiet or ()) and not shown.log_handler_settings
    if hidden and workflow.workflow_settings.cache is None:
        dryrun.Executor.printjob = lambda self, job: None


def end_by_sigterm():
    """Let SIGTERM end the run at any moment.

    Snakemake's own handler waits for a lock that the thread which it interrupts may be holding: then both wait
    for ever. So another thread waits.
    """
    end = getattr(workflow.scheduler, "exit_gracefully", None)
    if end and signal.getsignal(signal.SIGTERM) == end:
        signal.signal(signal.SIGTERM, lambda number, frame: start_new_thread(end, ()))


def mark_the_failed():
    """Mark the outputs of failed jobs like those of interrupted ones; Snakemake records them like the others."""
    for failed in workflow.scheduler.failed:
        for job in failed.jobs if failed.is_group() else [failed]:
            workflow.persistence.started(job)


def style_json(wildcards):
    return as_json(named("styles", wildcards.style))


def cell_json(wildcards):
    """How large a cell is: of the settings for print, all that the pictures of every order depend on."""
    return as_json(CONFIG.print.model_dump(include={"cell", "dpi"}))


FORMATS = ["png", "tiff", "svg", "pdf", "proof.png", "guide.png"]  # of a picture for print


def print_profile_content(wildcards):
    return content([CONFIG.print.cmyk] if CONFIG.print.cmyk else [])


def picture_json(wildcards):
    """The settings that make one picture, and nothing else: it carries them with it."""
    with mistakes_told():
        return as_json(CONFIG.of_picture(**wildcards))


def pictures_json(wildcards, input):
    """The settings that make a style's pictures in every order: they carry them with them.

    As a function of the input it isn't recorded: what of them is nothing to the pictures, such as where a text that
    is the same was found, is no reason to draw them again.
    """
    with mistakes_told():
        return as_json(CONFIG.of_pictures(**wildcards))


def without_suffix(wildcards, output):
    """A picture's path before the suffixes of its formats, wherever the results lie."""
    return str(output[0]).removesuffix(".png")


def styles_json(wildcards):
    """All styles in the order of the settings, as a list of pairs: their order is that of the columns."""
    return as_json([[name, style.model_dump(mode="json")] for name, style in CONFIG.styles.items()])


if workflow.is_main_process and not Path(".snakemake").exists() and not os.access(".", os.W_OK):
    stop(
        UserError(
            f"{Path.cwd()} can't be written to, and results lie there; name another folder by --directory"
        )
    )
if workflow.is_main_process and os.path.lexists("results") and not os.path.isdir("results"):
    stop(
        UserError(
            f"{Path('results').absolute()} should be a folder, for the results; it is a file, or a link to nothing"
        )
    )
DEFAULTS = HOME / "config.yaml"
OWN = [
    path
    for path in [Path("config.yaml")]
    if workflow.modifier.is_main_snakefile() and path.exists() and not path.samefile(DEFAULTS)
]
with mistakes_told():
    for path in [DEFAULTS, *OWN, *workflow.overwrite_configfiles]:
        near = Path(path).absolute()
        near = near.relative_to(Path.cwd()) if near.is_relative_to(Path.cwd()) else path  # as people name it
        read_yaml(near)  # before `configfile:`, whose reader passes over what this one names


configfile: DEFAULTS


# A config.yaml in another folder than the workflow's, or the `config:` of a workflow that uses this one as a
# module, needs to say only what is different: each of its keys takes the place of that key, with all below it.
for path in OWN:
    config.update(read_yaml(path))
    update_config(config, workflow.config_settings.overwrite_config)  # --configfile and --config come last
    workflow.configfiles.append(path)
if not workflow.config_settings.replace_workflow_config:
    config = {**read_yaml(DEFAULTS), **config}
CONFIG = checked_config()
TABLE = "results/corpus/kjv.tsv" if CONFIG.corpus.is_kjv else "results/corpus/text.tsv"

if workflow.is_main_process:
    for warning in CONFIG.warnings():
        print("config: warning:", warning, file=sys.stderr)

if workflow.is_main_process and workflow.global_resources.get("gpu") == 0:
    print("gpu=0: networks train on", CONFIG.device.replace("auto", "the processor"), file=sys.stderr)

# Not where they lie in object storage, and not another workflow's.
RECORDS_ARE_OURS = (
    workflow.storage_settings.default_storage_provider is None and workflow.modifier.is_main_snakefile()
)
if workflow.is_main_process:
    let_go(Path(".snakemake"))
    if RECORDS_ARE_OURS and Path("results").exists():  # if not, a plan leaves it so; see onstart
        keep_beside(Path("results"), Path(".snakemake"))
        date_by_arrival(
            [
                Path("results", read)
                for read in ("corpus", "models", "states", "orders", "compare", "insight", "explorer")
            ],
            records=Path(".snakemake/metadata"),
        )
    doubt_unfinished(Path(".snakemake"))

CODE = fingerprints(SCRIPTS, memory=Path(".snakemake/phonecase/programs.json"))


word_no_jobs_that_are_not_shown()


wildcard_constraints:
    model=MEMBER,
    passage="[a-z0-9_-]+",
    strategy="[a-z0-9_-]+",
    style="[a-z0-9_-]+",


onstart:
    if RECORDS_ARE_OURS:
        keep_beside(Path("results"), Path(".snakemake"))
    start_jobs_at_any_rate()
    end_by_sigterm()
    jobs_may_run.append(True)


onerror:
    mark_the_failed()
    experiments_without_the_failed()
