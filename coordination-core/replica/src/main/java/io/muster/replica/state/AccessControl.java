package io.muster.replica.state;

import io.muster.protocol.Acl;
import io.muster.protocol.ClientInfo;
import io.muster.protocol.Id;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who may do what to a znode. Immutable, any thread. */
public final class AccessControl {
    static final String SUPER = "super";
    static final Id SUPER_ID = new Id(SUPER, "");
    private static final String WORLD = "world";
    private static final String AUTH = "auth";

    /** A client with many identities may not make a list of millions out of a request that names {@code auth} often. */
    private static final int MOST_ADDED = 10_000;

    private final Map<String, AuthScheme> schemes;
    private final AccessSettings settings;

    private AccessControl(AccessSettings settings, List<AuthScheme> schemes) {
        Map<String, AuthScheme> byName = new LinkedHashMap<>();
        schemes.forEach(scheme -> byName.put(scheme.name(), scheme));
        this.schemes = byName;
        this.settings = settings;
    }

    /** With {@code digest} unless it is off, and {@code ip}, beside {@code world} and {@code auth} which are always there. */
    public static AccessControl of(AccessSettings settings) {
        List<AuthScheme> schemes = new ArrayList<>();
        if (settings.digest()) {
            schemes.add(new DigestScheme(settings.digestAlgorithm(), settings.superDigest()));
        }
        schemes.add(new IpScheme());
        return new AccessControl(settings, schemes);
    }

    /** With the standard settings, and perhaps no checks. */
    public static AccessControl withStandardSchemes(boolean skipAcl) {
        return of(AccessSettings.DEFAULT.withSkipAcl(skipAcl));
    }

    public AccessSettings settings() {
        return settings;
    }

    /** Whether a connection with these identities may do more than prove others. */
    public boolean letsIn(List<Id> ids) {
        List<String> enforced = settings.enforcedSchemes();
        if (enforced.isEmpty()) {
            return true;
        }
        for (Id id : ids) {
            if (enforced.contains(id.scheme())) {
                return true;
            }
        }
        return false;
    }

    /** Whether somebody with these identities has at least one of the permissions. */
    public boolean permits(AclList acl, int anyOfPerms, List<Id> ids) {
        if (acl.equals(AclList.OPEN) || acl.entries().isEmpty()) {
            return true;
        }
        // a server without checks keeps its secrets all the same
        if (settings.skipAcl() && !acl.equals(SecretZnode.SUPER_ONLY)) {
            return true;
        }
        for (Id id : ids) {
            if (id.scheme().equals(SUPER)) {
                return true;
            }
        }
        if (acl.isLong()) {
            return isNamed(acl, anyOfPerms, ids);
        }
        for (Acl entry : acl.entries()) {
            if ((entry.perms() & anyOfPerms) != 0 && matchesAny(entry.id(), ids)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a long list gives it to everybody, or to one of the ids. */
    private boolean isNamed(AclList acl, int anyOfPerms, List<Id> ids) {
        if ((acl.permsOf(Id.ANYONE) & anyOfPerms) != 0) {
            return true;
        }
        for (Id id : ids) {
            if (schemes.containsKey(id.scheme()) && (acl.permsOf(id) & anyOfPerms) != 0) {
                return true;
            }
        }
        return false;
    }

    private boolean matchesAny(Id wanted, List<Id> ids) {
        if (wanted.equals(Id.ANYONE)) {
            return true;
        }
        AuthScheme scheme = schemes.get(wanted.scheme());
        if (scheme == null) {
            return false;
        }
        for (Id id : ids) {
            if (id.scheme().equals(wanted.scheme()) && scheme.matches(id.id(), wanted.id())) {
                return true;
            }
        }
        return false;
    }

    /**
     * A list as it is stored: without the duplicates in the request, and with each {@code auth} replaced by the identities that
     * the connection has proven; what comes twice of that stays.
     *
     * @return null if it would grow by more than {@link #MOST_ADDED} entries, is empty, names an unknown scheme or an id that its scheme does not allow, or asks for the
     *     identities of somebody who has none
     */
    public @Nullable AclList toStore(List<Acl> requested, List<Id> ids) {
        if (requested.equals(Acl.OPEN)) {
            return AclList.OPEN;
        }
        List<Acl> entries = new ArrayList<>();
        for (Acl entry : new LinkedHashSet<>(requested)) {
            Id id = entry.id();
            if (id.scheme().equals(WORLD)) {
                if (!id.equals(Id.ANYONE)) {
                    return null;
                }
                entries.add(entry);
            } else if (id.scheme().equals(AUTH)) {
                List<Id> proven = proven(ids);
                if (proven.isEmpty()) {
                    return null;
                }
                proven.forEach(each -> entries.add(new Acl(entry.perms(), each)));
                if (entries.size() > requested.size() + MOST_ADDED) {
                    return null;
                }
            } else {
                AuthScheme scheme = schemes.get(id.scheme());
                if (scheme == null || !scheme.isValid(id.id())) {
                    return null;
                }
                entries.add(entry);
            }
        }
        return entries.isEmpty() ? null : new AclList(entries);
    }

    private List<Id> proven(List<Id> ids) {
        List<Id> proven = new ArrayList<>();
        for (Id id : ids) {
            AuthScheme scheme = schemes.get(id.scheme());
            if (scheme != null && scheme.isProven()) {
                proven.add(id);
            }
        }
        return proven;
    }

    /** What a credential proves: nothing if the scheme is unknown. */
    public AuthScheme.Proof authenticate(String schemeName, byte @Nullable [] credential, String remoteAddress) {
        AuthScheme scheme = schemes.get(schemeName);
        return scheme == null ? AuthScheme.Proof.NONE : scheme.authenticate(credential, remoteAddress);
    }

    /** What a connection has before it proves anything: its address. */
    public static Id ofAddress(String remoteAddress) {
        return new Id(IpScheme.NAME, remoteAddress);
    }

    /** An identity as its owner may see it; without a known scheme the user is empty. */
    public ClientInfo describe(Id id) {
        AuthScheme scheme = schemes.get(id.scheme());
        return new ClientInfo(id.scheme(), scheme == null ? "" : scheme.user(id.id()));
    }

    /** A list as somebody who may read it, but not change it, sees it: no hashes of passwords. */
    public static List<Acl> masked(AclList acl) {
        List<Acl> shown = new ArrayList<>(acl.entries().size());
        for (Acl entry : acl.entries()) {
            String masked = DigestScheme.masked(entry.id());
            shown.add(masked == null ? entry : new Acl(entry.perms(), new Id(DigestScheme.NAME, masked)));
        }
        return shown;
    }
}
