package com.alphaheng.coordinator.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// Without tokens everybody who reaches the port is an admin, so it must be reachable from this machine only.
final class BindGuard {
    /// The message is for the one who starts the coordinator.
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    private BindGuard() {
    }

    /// @param host     address that HTTP is to be served on
    /// @param asksWho  whether an admin's token or an OpenID Connect provider is configured
    /// @throws Refused if the port would be open to others
    static void check(String host, boolean asksWho) {
        if (!asksWho && !loopback(host)) {
            throw new Refused("will not serve " + host + " without tokens: everybody who reaches it could do "
                    + "everything. Put a long random word into a file and name it with HENG_ADMIN_TOKEN_FILE (or "
                    + "configure HENG_OIDC_ISSUER), or serve this machine only with HENG_HOST=127.0.0.1");
        }
    }

    static boolean loopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
