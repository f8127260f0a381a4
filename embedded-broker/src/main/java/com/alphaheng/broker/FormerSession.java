package com.alphaheng.broker;

import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Properties;
import java.util.logging.Logger;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;

/// Ends the session of a broker that was killed, so that its successor is let in at once.
///
/// A controller that starts cannot know that the broker of its log is dead: it gives it a whole session to be heard
/// from, and refuses any other with its number until then. But whoever holds the folder knows. So the controller first
/// runs by itself for a moment, with a session so short that it gives the dead one up.
///
/// Should that not be seen in time, nothing is lost but time: the broker that starts next waits for the session.
final class FormerSession {
    private static final System.Logger LOGGER = System.getLogger(FormerSession.class.getName());
    /// It says that it was stopped in the middle of introducing itself, which is what happens here.
    private static final Logger NOISE = Logger.getLogger("kafka.server.ControllerApis");
    private static final String SESSION_MILLIS = "100";
    private static final String HEARTBEAT_MILLIS = "50";
    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final long LOOK_MILLIS = 10;

    private FormerSession() {
    }

    /// Returns when it is over.
    ///
    /// @param properties of the broker that is to start
    static void end(Properties properties) {
        Properties alone = new Properties();
        alone.putAll(properties);
        alone.setProperty("process.roles", "controller");
        alone.setProperty("listeners", KafkaProperties.controllerListener(properties));
        alone.remove("advertised.listeners");
        alone.remove("inter.broker.listener.name");
        alone.setProperty("broker.session.timeout.ms", SESSION_MILLIS);
        alone.setProperty("broker.heartbeat.interval.ms", HEARTBEAT_MILLIS);
        java.util.logging.Level before = NOISE.getLevel();
        NOISE.setLevel(java.util.logging.Level.OFF);
        KafkaRaftServer controller = new KafkaRaftServer(KafkaConfig.fromProps(alone, false), Time.SYSTEM);
        try {
            controller.startup();
            awaitFence();
        } catch (Exception e) {
            // The start that follows meets the same trouble, and says it better.
            LOGGER.log(Level.DEBUG, "the killed broker's session was not ended", e);
        } finally {
            controller.shutdown();
            controller.awaitShutdown();
            NOISE.setLevel(before);
        }
    }

    private static void awaitFence() throws JMException, InterruptedException {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        ObjectName fenced = new ObjectName("kafka.controller:type=KafkaController,name=FencedBrokerCount");
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            if (beans.isRegistered(fenced) && ((Number) beans.getAttribute(fenced, "Value")).intValue() > 0) {
                return;
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }
}
