package io.muster.client;

import io.muster.protocol.Stat;
import java.util.List;

/**
 * The list of a znode's children.
 *
 * @param names without their parent's path, in no order
 * @param stat of the parent
 */
public record Children(List<String> names, Stat stat) {
    public Children {
        names = List.copyOf(names);
    }
}
