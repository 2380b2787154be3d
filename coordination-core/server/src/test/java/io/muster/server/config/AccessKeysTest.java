package io.muster.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.replica.Reaping;
import io.muster.replica.state.AccessSettings;
import io.muster.replica.state.TimesToLive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessKeysTest {
    private static final String SMALLEST = "dataDir=/d\nclientPort=2181\n";

    @TempDir
    Path directory;

    private ServerConfig read(String text, Map<String, String> system) throws IOException {
        return ZooCfg.read(Files.writeString(directory.resolve("zoo.cfg"), SMALLEST + text), SystemSettings.of(system));
    }

    @Test
    void reapingIsZooKeepersUnlessSystemPropertiesSayOtherwise() throws Exception {
        assertEquals(
                new Reaping(60_000, 10_000, 0), read("", Map.of()).replica().reaping());
        Map<String, String> system = Map.of(
                "znode.container.checkIntervalMs", "500",
                "znode.container.maxPerMinute", "7",
                "znode.container.maxNeverUsedIntervalMs", "300000");
        assertEquals(new Reaping(500, 7, 300_000), read("", system).replica().reaping());
    }

    @Test
    void reapingCannotBeSetInTheFileAsInZooKeeper() throws Exception {
        assertEquals(
                Reaping.DEFAULT,
                read("znode.container.checkIntervalMs=500\n", Map.of())
                        .replica()
                        .reaping());
    }

    @Test
    void anIntervalOfNothingIsRaised() throws Exception {
        ServerConfig config = read("", Map.of("znode.container.checkIntervalMs", "0"));
        assertEquals(1, config.replica().reaping().checkIntervalMs());
        assertEquals(1, config.warnings().size());
    }

    @Test
    void nobodyIsTheSuperUserAndNothingIsEnforcedUnlessItIsSet() throws Exception {
        assertEquals(
                AccessSettings.DEFAULT, read("", Map.of()).replica().access().settings());
        assertEquals(
                AccessSettings.DEFAULT,
                read("DigestAuthenticationProvider.superDigest=\nenforce.auth.schemes=digest\n", Map.of())
                        .replica()
                        .access()
                        .settings());
    }

    @Test
    void accessIsSetInTheFileOrBySystemProperties() throws Exception {
        String text = "skipACL=yes\nenforce.auth.enabled=true\nenforce.auth.schemes=digest, ip\n"
                + "muster.maxIdentitiesPerConnection=7\nmuster.maxIdentityBytesPerConnection=2048\nmuster.maxWrongSuperLoginsPerMinute=0\n";
        Map<String, String> system = Map.of(
                "zookeeper.DigestAuthenticationProvider.superDigest", "super:hash",
                "zookeeper.DigestAuthenticationProvider.digestAlg", "SHA-256");
        assertEquals(
                new AccessSettings(true, true, "SHA-256", "super:hash", List.of("digest", "ip"), 7, 2048, 0),
                read(text, system).replica().access().settings());
        assertFalse(read("DigestAuthenticationProvider.enabled=false\n", Map.of())
                .replica()
                .access()
                .settings()
                .digest());
    }

    @Test
    void aSuperDigestThatFitsNobodyIsSaidToAndIsNotShown() throws Exception {
        List<String> warnings = read("DigestAuthenticationProvider.superDigest=my-password\n", Map.of())
                .warnings();
        assertEquals(1, warnings.size());
        assertFalse(warnings.get(0).contains("my-password"), warnings.get(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "enforce.auth.enabled=true",
                "enforce.auth.enabled=true\nenforce.auth.schemes=x509",
                "DigestAuthenticationProvider.digestAlg=ROT13",
                "muster.sessionPasswords=none"
            })
    void whatCannotBeIsRefused(String text) {
        assertThrows(ConfigException.class, () -> read(text + "\n", Map.of()));
    }

    @Test
    void passwordsAreMadeOfASecretUnlessZooKeepersAreAskedFor() throws Exception {
        assertFalse(read("", Map.of()).zooKeepersPasswords());
        assertFalse(read("muster.sessionPasswords=secret\n", Map.of()).zooKeepersPasswords());
        assertTrue(read("muster.sessionPasswords=zookeeper\n", Map.of()).zooKeepersPasswords());
    }

    @Test
    void theMembershipMayBeChangedOnlyIfTheFileSaysSo() throws Exception {
        assertFalse(
                read("", Map.of("zookeeper.reconfigEnabled", "true")).replica().reconfigEnabled());
        assertTrue(read("reconfigEnabled=true\n", Map.of()).replica().reconfigEnabled());
    }

    @Test
    void timesToLiveAreOffUnlessTheyAreAskedFor() throws Exception {
        assertEquals(TimesToLive.OFF, read("", Map.of()).storage().timesToLive());
        assertEquals(
                TimesToLive.OFF,
                read("emulate353TTLNodes=true\n", Map.of()).storage().timesToLive());
        assertEquals(
                TimesToLive.ON,
                read("extendedTypesEnabled=true\n", Map.of()).storage().timesToLive());
        Map<String, String> both =
                Map.of("zookeeper.extendedTypesEnabled", "true", "zookeeper.emulate353TTLNodes", "true");
        assertEquals(TimesToLive.ON_WITH_3_5_3, read("", both).storage().timesToLive());
    }

    @Test
    void quotasAreEnforcedOnlyIfThatIsAskedFor() throws Exception {
        assertFalse(read("", Map.of()).replica().enforceQuota());
        assertTrue(read("enforceQuota=true\n", Map.of()).replica().enforceQuota());
        assertTrue(read("", Map.of("zookeeper.enforceQuota", "true")).replica().enforceQuota());
    }
}
