# All methods of R's seriation on a matrix of distances: a line of CSV for each run.
# usage: Rscript seriation.R distances.csv times
suppressPackageStartupMessages(library(seriation))
arguments <- commandArgs(trailingOnly = TRUE)
d <- as.dist(as.matrix(read.csv(arguments[1], header = FALSE)))
storage.mode(d) <- "double"  # OLO takes no integers
limit <- 120  # seconds for each run
exact <- c("BBURCG", "BBWRCG", "Enumerate")  # they end in a lifetime for some thirty objects at most
cat("method,seconds,path,bar,ar_events\n")
for (method in setdiff(list_seriation_methods("dist"), exact)) {
  for (run in seq_len(as.integer(arguments[2]))) {
    set.seed(run)
    order <- NULL
    seconds <- system.time(try(silent = TRUE, {
      setTimeLimit(elapsed = limit, transient = TRUE)
      order <- suppressWarnings(suppressMessages(seriate(d, method = method)))
    }))[["user.self"]]
    setTimeLimit()
    if (is.null(order)) {  # it needs another package or more time
      cat(sprintf("%s: not run\n", method), file = stderr())
      break
    }
    values <- criterion(d, order, method = c("Path_length", "BAR", "AR_events"))
    cat(sprintf("%s,%.3f,%.0f,%.0f,%.0f\n", method, seconds, values[1], values[2], values[3]))
  }
}
