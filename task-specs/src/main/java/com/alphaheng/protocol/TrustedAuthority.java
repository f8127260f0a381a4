package com.alphaheng.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Whom to believe that a coordinator is the right one: the JDK's authorities, or one's own.
public final class TrustedAuthority {
    /// The environment variable that names one's own.
    public static final String VARIABLE = "HENG_CA";

    private TrustedAuthority() {
    }

    /// @param certificates PEM file of one's own authorities, instead of the JDK's
    /// @throws IOException if they cannot be read; the message says what to do
    public static SSLContext context(Optional<Path> certificates) throws IOException {
        try {
            if (certificates.isEmpty()) {
                return SSLContext.getDefault();
            }
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            try (InputStream in = Files.newInputStream(certificates.get())) {
                int number = 0;
                for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                    trusted.setCertificateEntry("authority-" + number++, certificate);
                }
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IOException("cannot read certificates from " + VARIABLE + "="
                    + certificates.map(Path::toString).orElse("") + " (" + e + "): name a PEM file", e);
        }
    }
}
