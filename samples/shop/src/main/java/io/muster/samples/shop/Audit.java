package io.muster.samples.shop;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * What became of the items, from the stock file alone and nobody's word.
 *
 * @param sold each item that was sold, with its sales: one, or something went wrong
 * @param unsold in the order of the shelf
 * @param refusals the writes that the store refused
 */
record Audit(Map<String, List<Sale>> sold, List<String> unsold, List<Sale> refusals) {

    Audit {
        Map<String, List<Sale>> copy = new LinkedHashMap<>();
        sold.forEach((item, sales) -> copy.put(item, List.copyOf(sales)));
        sold = Collections.unmodifiableMap(copy);
        unsold = List.copyOf(unsold);
        refusals = List.copyOf(refusals);
    }

    static Audit of(Stock stock) {
        Map<String, List<Sale>> sold = new LinkedHashMap<>();
        for (Sale sale : stock.sales()) {
            sold.computeIfAbsent(sale.item(), item -> new ArrayList<>()).add(sale);
        }
        List<String> unsold =
                stock.items().stream().filter(item -> !sold.containsKey(item)).toList();
        return new Audit(sold, unsold, stock.refusals());
    }

    /** Nothing was sold twice, and nothing was left. */
    boolean passed() {
        return soldTwice().isEmpty() && unsold.isEmpty();
    }

    /** With all its sales, in the order in which the store took them. */
    Map<String, List<Sale>> soldTwice() {
        Map<String, List<Sale>> twice = new LinkedHashMap<>();
        sold.forEach((item, sales) -> {
            if (sales.size() > 1) {
                twice.put(item, sales);
            }
        });
        return twice;
    }

    /** How many sales each worker made. */
    Map<String, Integer> salesByWorker() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        sold.values().forEach(sales -> sales.forEach(sale -> counts.merge(sale.worker(), 1, Integer::sum)));
        return counts;
    }

    /** What was found, for people. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        StringJoiner byWorker = new StringJoiner(", ");
        salesByWorker().forEach((worker, count) -> byWorker.add(worker + " " + count));
        lines.add("items sold       " + sold.size() + " of " + (sold.size() + unsold.size()) + " (sales: " + byWorker
                + ")");
        lines.add("refused writes   " + (refusals.isEmpty() ? "none" : refusals.size() + ": " + join(refusals, true)));
        if (soldTwice().isEmpty()) {
            lines.add("sold twice       none");
        }
        soldTwice().forEach((item, sales) -> lines.add("sold twice       the " + item + ": " + join(sales, false)));
        if (!unsold.isEmpty()) {
            lines.add("unsold           " + String.join(", ", unsold));
        }
        return lines;
    }

    /** Why it did not pass, in one line. */
    String failure() {
        List<String> reasons = new ArrayList<>();
        if (!soldTwice().isEmpty()) {
            reasons.add("sold twice: the " + String.join(", the ", soldTwice().keySet()));
        }
        if (!unsold.isEmpty()) {
            reasons.add("left unsold: the " + String.join(", the ", unsold));
        }
        return String.join("; ", reasons);
    }

    private static String join(List<Sale> sales, boolean withItem) {
        StringJoiner joined = new StringJoiner(", then ");
        for (Sale sale : sales) {
            joined.add((withItem ? "the " + sale.item() + " " : "") + "by " + sale.worker() + " with token "
                    + sale.token());
        }
        return joined.toString();
    }
}
