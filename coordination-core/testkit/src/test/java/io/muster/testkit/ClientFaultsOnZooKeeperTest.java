package io.muster.testkit;

class ClientFaultsOnZooKeeperTest extends ClientFaultsTests {
    @Override
    ServerProcess start() {
        return ZooKeeperProcess.start();
    }

    @Override
    boolean confirmsPings() {
        return false;
    }
}
