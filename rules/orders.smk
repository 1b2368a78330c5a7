# The order of the rows: every configured strategy, and how they compare.
#
# needs: results/states/{model}/{passage}.parquet
# makes: results/orders/{model}/{passage}/{strategy}.{parquet,json}
#        results/compare/{model}/{passage}/orders.{parquet,csv,md,png}


rule order_rows:
    """One order of the units. The JSON beside it holds what may differ from run to run, such as seconds."""
    input:
        states="results/states/{model}/{passage}.parquet",
    output:
        order="results/orders/{model}/{passage}/{strategy}.parquet",
        report="results/orders/{model}/{passage}/{strategy}.json",
    log:
        "results/logs/order_rows/{model}/{passage}/{strategy}.log",
    benchmark:
        "results/benchmarks/order_rows/{model}/{passage}/{strategy}.tsv"
    conda:
        "../envs/orders.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        strategy=order_strategy,
        settings=order_json,
        code=code("order_rows.py"),
        script=path_of("order_rows.py"),
    shell:
        "python {params.script} --states {input.states} --strategy {params.strategy}"
        " --settings {params.settings:q} --out {output.order} --report {output.report} --log {log}"


rule compare_orders:
    """A table of every order by every criterion, and a figure of all orders side by side, best first."""
    input:
        states="results/states/{model}/{passage}.parquet",
        orders=all_orders,
        reports=all_order_reports,
    output:
        parquet="results/compare/{model}/{passage}/orders.parquet",
        csv="results/compare/{model}/{passage}/orders.csv",
        markdown=report(
            "results/compare/{model}/{passage}/orders.md",
            caption="../docs/report/compare_orders.rst",
            category="Orders",
            labels={"model": "{model}", "passage": "{passage}", "shown": "table"},
        ),
        figure=report(
            "results/compare/{model}/{passage}/orders.png",
            caption="../docs/report/compare_orders.rst",
            category="Orders",
            labels={"model": "{model}", "passage": "{passage}", "shown": "figure"},
        ),
    log:
        "results/logs/compare_orders/{model}/{passage}.log",
    benchmark:
        "results/benchmarks/compare_orders/{model}/{passage}.tsv"
    conda:
        "../envs/orders.yaml"
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        code=code("compare_orders.py"),
        script=path_of("compare_orders.py"),
    shell:
        "python {params.script} --states {input.states} --orders {input.orders} --reports {input.reports}"
        " --parquet {output.parquet} --csv {output.csv} --markdown {output.markdown}"
        " --figure {output.figure} --log {log}"


rule comparisons:
    """The comparison of the orders for every model and passage."""
    input:
        for_every_grid(rules.compare_orders.output.figure),
