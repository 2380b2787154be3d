package io.muster.testkit;

class ClientOperationsOnZooKeeperTest extends ClientOperationsTests {
    @Override
    ServerProcess start() {
        return ZooKeeperProcess.start();
    }
}
