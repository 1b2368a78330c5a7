"""phonecase: a Bible's hidden states, ordered and printed.

    snakemake --cores 4 --resources gpu=1

The story, a file of rules for each chapter: corpus → model → states → orders → art. The settings are in
config.yaml; rules/common.smk reads and checks them before any job starts.
"""

from snakemake.utils import min_version

min_version("9.20")


if workflow.modifier.is_main_snakefile():  # it tells of these settings, not of another workflow's

    report: "docs/report/workflow.rst"


include: "rules/common.smk"
include: "rules/corpus.smk"
include: "rules/model.smk"
include: "rules/states.smk"
include: "rules/insight.smk"
include: "rules/orders.smk"
include: "rules/art.smk"
include: "rules/explorer.smk"
include: "rules/experiments.smk"


rule all:
    """Everything that the settings ask for; whichever file is lost is made again."""
    default_target: True
    input:
        rules.corpus.input,
        rules.models.input,
        rules.states.input,
        rules.orders.input,
        rules.comparisons.input,
        rules.pictures.input,
        rules.contact_sheets.input,
        rules.explorers.input,
        rules.favourite.output,
        rules.gallery.output,
