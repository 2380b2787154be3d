package io.muster.samples.shop;

import io.muster.recipes.lease.FencingToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * What the stock file says, at one moment.
 *
 * <pre>
 * muster-shop-stock 1
 * tokens checked             or: ignored
 * highest 0x9                the highest token that the store was ever shown
 * item teapot                what was on the shelf at first, in order
 * sale teapot ann 0x8        what was accepted, in order
 * refused lamp bob 0x7       what was not
 * end
 * </pre>
 *
 * @param checksTokens whether the store compares tokens at all; without that, it takes what it is given
 * @param highest 0x0 for none
 */
record Stock(boolean checksTokens, FencingToken highest, List<String> items, List<Sale> sales, List<Sale> refusals) {
    private static final String HEADER = "muster-shop-stock 1";
    private static final String FOOTER = "end";

    Stock {
        items = List.copyOf(items);
        sales = List.copyOf(sales);
        refusals = List.copyOf(refusals);
    }

    static Stock of(List<String> items, boolean checksTokens) {
        return new Stock(checksTokens, new FencingToken(0), items, List.of(), List.of());
    }

    /** The first item that nobody has sold. */
    Optional<String> nextForSale() {
        List<String> sold = sales.stream().map(Sale::item).toList();
        return items.stream().filter(item -> !sold.contains(item)).findFirst();
    }

    boolean refuses(FencingToken token) {
        return checksTokens && token.compareTo(highest) < 0;
    }

    Stock seen(FencingToken token) {
        return token.compareTo(highest) > 0 ? new Stock(checksTokens, token, items, sales, refusals) : this;
    }

    Stock sold(Sale sale) {
        return new Stock(checksTokens, highest, items, plus(sales, sale), refusals);
    }

    Stock refused(Sale sale) {
        return new Stock(checksTokens, highest, items, sales, plus(refusals, sale));
    }

    String toText() {
        StringJoiner lines = new StringJoiner("\n", "", "\n");
        lines.add(HEADER);
        lines.add("tokens " + (checksTokens ? "checked" : "ignored"));
        lines.add("highest " + highest);
        items.forEach(item -> lines.add("item " + item));
        sales.forEach(sale -> lines.add("sale " + sale.item() + " " + sale.worker() + " " + sale.token()));
        refusals.forEach(sale -> lines.add("refused " + sale.item() + " " + sale.worker() + " " + sale.token()));
        return lines.add(FOOTER).toString();
    }

    /** @throws IllegalArgumentException if the text is not one of {@link #toText} */
    static Stock parse(String text) {
        List<String> lines = text.lines().toList();
        if (lines.size() < 2 || !lines.get(0).equals(HEADER)) {
            throw new IllegalArgumentException("not a stock file: it does not begin with \"" + HEADER + "\"");
        }
        if (!lines.get(lines.size() - 1).equals(FOOTER)) {
            throw new IllegalArgumentException("the stock file is cut off after line " + lines.size());
        }
        Stock stock = Stock.of(List.of(), true);
        for (String line : lines.subList(1, lines.size() - 1)) {
            stock = stock.withLine(line, line.split(" ", -1));
        }
        return stock;
    }

    private Stock withLine(String line, String[] words) {
        return switch (words[0] + words.length) {
            case "tokens2" -> new Stock(words[1].equals("checked"), highest, items, sales, refusals);
            case "highest2" -> seen(FencingToken.parse(words[1]));
            case "item2" -> new Stock(checksTokens, highest, plus(items, words[1]), sales, refusals);
            case "sale4" -> sold(new Sale(words[1], words[2], FencingToken.parse(words[3])));
            case "refused4" -> refused(new Sale(words[1], words[2], FencingToken.parse(words[3])));
            default -> throw new IllegalArgumentException("not a line of a stock file: \"" + line + "\"");
        };
    }

    private static <T> List<T> plus(List<T> list, T last) {
        List<T> longer = new ArrayList<>(list);
        longer.add(last);
        return longer;
    }
}
