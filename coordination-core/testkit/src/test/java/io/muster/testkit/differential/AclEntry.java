package io.muster.testkit.differential;

import org.jspecify.annotations.Nullable;

/** One entry of an access control list, well-formed or not. */
record AclEntry(
        int perms, @Nullable String scheme, @Nullable String id) {}
