package io.muster.recipes.support;

import io.muster.testkit.ZooKeeperProcess;

/** The servers that the recipes are tested against. To test against another one, add it here: all tests take it up. */
public enum ServerKind {
    ZOOKEEPER {
        @Override
        public TestServer start() {
            ZooKeeperProcess server = ZooKeeperProcess.start();
            return new TestServer(server.port(), server);
        }
    };

    /** A server of this kind, alone, with ticks of 500 ms, so that sessions may be as short as a second. */
    public abstract TestServer start();
}
