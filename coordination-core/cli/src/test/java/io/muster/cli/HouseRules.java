package io.muster.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.muster.client.fixture.ClientKnowsServer;
import io.muster.client.fixture.Impatient;
import io.muster.client.fixture.ReadsProperties;
import io.muster.protocol.fixture.ProtocolKnowsClient;
import io.muster.protocol.fixture.SeesZooKeeper;
import io.muster.recipes.fixture.RecipesKnowServer;
import io.muster.replica.fixture.Impure;
import io.muster.replica.fixture.InCycle;
import io.muster.replica.fixture.ReplicaKnowsServer;
import io.muster.replica.fixture.other.InCycleToo;
import io.muster.replica.session.SessionPasswords;
import io.muster.server.fixture.ReadsPropertiesToo;
import io.muster.server.fixture.ServerKnowsClient;
import io.muster.server.fixture.Sleeper;
import io.muster.server.fixture.Static;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** The rules of {@code docs/architecture.md} that a class file can be asked about. */
final class HouseRules {
    private static final DescribedPredicate<JavaClass> OURS = resideInAnyPackage("io.muster..");
    private static final DescribedPredicate<JavaClass> PURE =
            resideInAnyPackage("io.muster.replica..", "io.muster.client.session..");
    private static final DescribedPredicate<JavaClass> CLIENT_SIDE =
            resideInAnyPackage("io.muster.client..", "io.muster.recipes..");
    private static final DescribedPredicate<JavaClass> LIBRARIES =
            resideOutsideOfPackages("io.muster.cli..", "io.muster.samples..");

    static final List<HouseRule> ALL = List.of(
            HouseRule.of(
                    "pure packages know no network, file, thread, lock, log or random source",
                    PURE,
                    60,
                    notKnow(HouseRules::isImpure),
                    Impure.Network.class,
                    Impure.Sockets.class,
                    Impure.Disk.class,
                    Impure.Streams.class,
                    Impure.Threads.class,
                    Impure.Locks.class,
                    Impure.Executors.class,
                    Impure.Log.class,
                    Impure.Secure.class,
                    Impure.Identities.class),
            HouseRule.of(
                    "pure packages ask no clock, no chance and no order of the day",
                    PURE,
                    60,
                    notCall(HouseRules::dependsOnTheRun),
                    Impure.NanoTime.class,
                    Impure.WallClock.class,
                    Impure.DateClock.class,
                    Impure.Chance.class,
                    Impure.ChanceWithSeed.class,
                    Impure.Names.class,
                    Impure.SetOrder.class,
                    Impure.MapOrder.class,
                    Impure.Waits.class),
            HouseRule.of("pure packages lock nothing", PURE, 60, notSynchronize(), Impure.Synchronized.class),
            HouseRule.of(
                    "a module knows only what the architecture lets it",
                    OURS,
                    150,
                    keepToTheLayers(),
                    ProtocolKnowsClient.class,
                    ClientKnowsServer.class,
                    ReplicaKnowsServer.class,
                    ServerKnowsClient.class,
                    RecipesKnowServer.class),
            new HouseRule(
                    "packages form no cycle",
                    OURS,
                    150,
                    SlicesRuleDefinition.slices()
                            .matching("io.muster.(**)")
                            .should()
                            .beFreeOfCycles(),
                    List.of(List.of(InCycle.class, InCycleToo.class))),
            HouseRule.of(
                    "client and recipes take timers and executors from outside",
                    CLIENT_SIDE,
                    60,
                    notCall(HouseRules::usesATimerOfTheJvm),
                    Impatient.OrTimeout.class,
                    Impatient.CompleteOnTimeout.class,
                    Impatient.Delayed.class,
                    Impatient.ThenAsync.class,
                    Impatient.SupplyAsync.class),
            HouseRule.of(
                    "nobody sleeps",
                    OURS,
                    150,
                    notCall((from, to) -> to.getName().equals("sleep")
                            && (to.getOwner().isEquivalentTo(Thread.class)
                                    || to.getOwner().isAssignableTo(TimeUnit.class))),
                    Sleeper.InThread.class,
                    Sleeper.InUnits.class),
            HouseRule.of(
                    "nothing static changes",
                    OURS,
                    150,
                    haveConstantsOnly(),
                    Static.Variable.class,
                    Static.Counter.class,
                    Static.Table.class,
                    Static.PerThread.class),
            new HouseRule(
                    "system properties are read in one class, the server's",
                    LIBRARIES,
                    150,
                    ArchRuleDefinition.classes().that(LIBRARIES).should(readPropertiesInOneClassOfTheServer()),
                    List.of(
                            List.of(ReadsProperties.class),
                            List.of(ReadsPropertiesToo.class, ReadsPropertiesToo.AndAgain.class))),
            HouseRule.of(
                    "ZooKeeper is in tests only",
                    OURS,
                    150,
                    notKnow(target -> target.getPackageName().startsWith("org.apache.zookeeper")
                            || target.getPackageName().startsWith("org.apache.curator")
                            || target.getPackageName().startsWith("org.apache.jute")),
                    SeesZooKeeper.class));

    private HouseRules() {}

    // purity

    private static final List<String> IMPURE_PACKAGES = List.of(
            "io.netty",
            "org.slf4j",
            "java.util.logging",
            "java.io",
            "java.net",
            "java.nio.file",
            "java.nio.channels",
            "java.util.concurrent");
    private static final Set<String> IMPURE_CLASSES = Set.of(
            "java.lang.Thread",
            "java.lang.ThreadLocal",
            "java.lang.Process",
            "java.lang.ProcessBuilder",
            "java.lang.Runtime",
            "java.util.Timer",
            "java.util.SplittableRandom",
            "java.util.IdentityHashMap",
            "java.util.WeakHashMap",
            "java.security.SecureRandom",
            "java.time.Clock");

    private static boolean isImpure(JavaClass target) {
        return !target.getName().equals(TimeUnit.class.getName())
                && (IMPURE_PACKAGES.stream().anyMatch(each -> isIn(target, each))
                        || IMPURE_CLASSES.contains(target.getName()));
    }

    private static boolean isIn(JavaClass target, String packageName) {
        return target.getPackageName().equals(packageName)
                || target.getPackageName().startsWith(packageName + ".");
    }

    private static boolean dependsOnTheRun(JavaClass from, AccessTarget.CodeUnitAccessTarget to) {
        JavaClass owner = to.getOwner();
        String name = to.getName();
        if (owner.isEquivalentTo(System.class)) {
            return !name.equals("arraycopy");
        }
        if (owner.isEquivalentTo(Random.class) && name.equals("<init>")) {
            return !from.isEquivalentTo(SessionPasswords.class)
                    || to.getRawParameterTypes().isEmpty();
        }
        if (owner.isEquivalentTo(Set.class) || owner.isEquivalentTo(Map.class)) {
            // their order changes from run to run
            return name.equals("of") || name.equals("copyOf") || name.equals("ofEntries");
        }
        return owner.isEquivalentTo(Math.class) && name.equals("random")
                || owner.isEquivalentTo(StrictMath.class) && name.equals("random")
                || owner.isEquivalentTo(UUID.class) && name.equals("randomUUID")
                || isIn(owner, "java.time") && name.equals("now")
                || name.equals("wait") && to.getRawParameterTypes().size() <= 2 && isOfObject(to)
                || name.startsWith("notify") && to.getRawParameterTypes().isEmpty() && isOfObject(to);
    }

    private static boolean isOfObject(AccessTarget.CodeUnitAccessTarget to) {
        return to.getOwner().isEquivalentTo(Object.class);
    }

    private static ArchCondition<JavaClass> notSynchronize() {
        return new ArchCondition<>("have no synchronized method") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                for (JavaMethod method : item.getMethods()) {
                    if (method.getModifiers().contains(JavaModifier.SYNCHRONIZED)) {
                        events.add(SimpleConditionEvent.violated(method, method.getFullName()));
                    }
                }
            }
        };
    }

    // who knows whom

    private static final List<String> EVERYBODY = List.of("java", "javax", "org.jspecify");

    /** From a package to what it may know beside itself and {@link #EVERYBODY}; the longest name that fits counts. */
    private static final Map<String, List<String>> LAYERS = new TreeMap<>(Map.ofEntries(
            Map.entry("io.muster.protocol", List.of()),
            Map.entry("io.muster.client", List.of("io.muster.protocol", "io.netty", "org.slf4j")),
            Map.entry("io.muster.client.session", List.of("io.muster.protocol")),
            Map.entry("io.muster.replica", List.of("io.muster.protocol")),
            Map.entry("io.muster.replica.state", List.of("io.muster.protocol")),
            Map.entry("io.muster.replica.session", List.of("io.muster.protocol")),
            Map.entry("io.muster.replica.watch", List.of("io.muster.protocol", "io.muster.replica.state")),
            Map.entry(
                    "io.muster.server",
                    List.of(
                            "io.muster.protocol",
                            "io.muster.replica",
                            "io.netty",
                            "org.slf4j",
                            "com.sun.management",
                            "com.google.common",
                            "com.github.benmanes.caffeine")),
            Map.entry(
                    "io.muster.server.storage",
                    List.of("io.muster.protocol", "io.muster.replica", "org.slf4j", "org.xerial.snappy")),
            Map.entry(
                    "io.muster.server.transport",
                    List.of(
                            "io.muster.protocol",
                            "io.muster.replica",
                            "io.netty",
                            "org.slf4j",
                            "com.google.common",
                            "com.github.benmanes.caffeine")),
            Map.entry(
                    "io.muster.recipes",
                    List.of("io.muster.protocol", "io.muster.client", "org.slf4j", "tools.jackson.core")),
            Map.entry("io.muster.recipes.lease", List.of("io.muster.protocol", "io.muster.client", "org.slf4j")),
            Map.entry(
                    "io.muster.testkit",
                    List.of(
                            "io.muster.protocol",
                            "io.muster.client",
                            "io.muster.replica",
                            "io.muster.server",
                            "io.netty",
                            "org.slf4j",
                            "org.junit.jupiter.api",
                            "org.apiguardian")),
            Map.entry("io.muster.samples", List.of("")),
            Map.entry("io.muster.cli", List.of(""))));

    private static ArchCondition<JavaClass> keepToTheLayers() {
        return new ArchCondition<>("know only what their layer may") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                String layer = LAYERS.keySet().stream()
                        .filter(each -> isIn(item, each))
                        .reduce((shorter, longer) -> longer.length() > shorter.length() ? longer : shorter)
                        .orElse(null);
                if (layer == null) {
                    events.add(SimpleConditionEvent.violated(item, item.getName() + " belongs to no layer"));
                    return;
                }
                List<String> known = new ArrayList<>(EVERYBODY);
                known.add(layer);
                known.addAll(LAYERS.get(layer));
                for (Dependency dependency : item.getDirectDependenciesFromSelf()) {
                    JavaClass target = dependency.getTargetClass().getBaseComponentType();
                    if (!target.isPrimitive()
                            && known.stream().noneMatch(each -> each.isEmpty() || isIn(target, each))) {
                        events.add(SimpleConditionEvent.violated(item, dependency.getDescription()));
                    }
                }
            }
        };
    }

    private static ArchCondition<JavaClass> notKnow(Predicate<JavaClass> forbidden) {
        return new ArchCondition<>("not know it") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                for (Dependency dependency : item.getDirectDependenciesFromSelf()) {
                    if (forbidden.test(dependency.getTargetClass().getBaseComponentType())) {
                        events.add(SimpleConditionEvent.violated(item, dependency.getDescription()));
                    }
                }
            }
        };
    }

    // calls

    private static ArchCondition<JavaClass> notCall(
            BiPredicate<JavaClass, AccessTarget.CodeUnitAccessTarget> forbidden) {
        return new ArchCondition<>("not call it") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                for (JavaCodeUnitAccess<?> access : item.getCodeUnitAccessesFromSelf()) {
                    if (forbidden.test(item, access.getTarget())) {
                        events.add(SimpleConditionEvent.violated(item, access.getDescription()));
                    }
                }
            }
        };
    }

    private static boolean usesATimerOfTheJvm(JavaClass from, AccessTarget.CodeUnitAccessTarget to) {
        if (!to.getOwner().isAssignableTo(CompletionStage.class)) {
            return false;
        }
        String name = to.getName();
        List<JavaClass> parameters = to.getRawParameterTypes();
        boolean ownExecutor =
                !parameters.isEmpty() && parameters.get(parameters.size() - 1).isAssignableTo(Executor.class);
        return name.equals("orTimeout")
                || name.equals("completeOnTimeout")
                || name.equals("delayedExecutor")
                || name.endsWith("Async") && !ownExecutor;
    }

    private static ArchCondition<JavaClass> readPropertiesInOneClassOfTheServer() {
        return new ArchCondition<>("read system properties in one class of the server") {
            private final Set<String> readers = new TreeSet<>();

            @Override
            public void init(Collection<JavaClass> all) {
                readers.clear();
            }

            @Override
            public void check(JavaClass item, ConditionEvents events) {
                for (JavaCodeUnitAccess<?> access : item.getCodeUnitAccessesFromSelf()) {
                    if (readsProperties(access.getTarget())) {
                        readers.add(item.getName());
                        if (!isIn(item, "io.muster.server")) {
                            events.add(SimpleConditionEvent.violated(item, access.getDescription()));
                        }
                    }
                }
            }

            @Override
            public void finish(ConditionEvents events) {
                if (readers.size() > 1) {
                    events.add(SimpleConditionEvent.violated(readers, "read in several classes: " + readers));
                }
            }
        };
    }

    private static boolean readsProperties(AccessTarget.CodeUnitAccessTarget to) {
        String call = to.getOwner().getSimpleName() + "." + to.getName();
        return to.getOwner().getPackageName().equals("java.lang")
                && Arrays.asList(
                                "System.getProperty",
                                "System.getProperties",
                                "System.getenv",
                                "Boolean.getBoolean",
                                "Integer.getInteger",
                                "Long.getLong")
                        .contains(call);
    }

    // static state

    private static final List<String> CHANGING = List.of(
            "java.util.concurrent",
            "java.lang.ThreadLocal",
            "java.lang.StringBuilder",
            "java.util.ArrayList",
            "java.util.ArrayDeque",
            "java.util.LinkedList",
            "java.util.HashMap",
            "java.util.HashSet",
            "java.util.LinkedHashMap",
            "java.util.LinkedHashSet",
            "java.util.TreeMap",
            "java.util.TreeSet",
            "java.util.BitSet",
            "java.util.Random",
            "java.util.Timer");

    /** A constant's declared type must not be one that is there to be changed; arrays and lists are taken on trust. */
    private static ArchCondition<JavaClass> haveConstantsOnly() {
        return new ArchCondition<>("have no static field that changes") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                for (JavaField field : item.getFields()) {
                    Set<JavaModifier> modifiers = field.getModifiers();
                    if (modifiers.contains(JavaModifier.STATIC) && !modifiers.contains(JavaModifier.SYNTHETIC)) {
                        JavaClass type = field.getRawType();
                        boolean changes = !type.getName().equals(TimeUnit.class.getName())
                                && CHANGING.stream()
                                        .anyMatch(each -> type.getName().equals(each) || isIn(type, each));
                        if (changes || !modifiers.contains(JavaModifier.FINAL)) {
                            events.add(SimpleConditionEvent.violated(field, field.getDescription()));
                        }
                    }
                }
            }
        };
    }
}
