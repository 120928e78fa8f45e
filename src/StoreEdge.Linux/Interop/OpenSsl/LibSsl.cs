using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.OpenSsl;

/// <summary>The part of OpenSSL 3's libssl that makes a client's context: native names and numbers kept, no policy here.</summary>
internal static partial class LibSsl
{
    /// <summary>Debian package libssl3: the same file that libmosquitto is linked with, or contexts could not be handed over.</summary>
    internal const string Soname = "libssl.so.3";

    internal const int SSL_VERIFY_PEER = 1;
    internal const int SSL_CTRL_EXTRA_CHAIN_CERT = 14;
    internal const int SSL_CTRL_MODE = 33;
    internal const int SSL_CTRL_SET_MIN_PROTO_VERSION = 123;
    internal const nint SSL_MODE_RELEASE_BUFFERS = 0x10;
    internal const nint TLS1_2_VERSION = 0x0303;

    /// <returns>A static method table; not to be freed.</returns>
    [LibraryImport(Soname)]
    internal static partial nint TLS_client_method();

    [LibraryImport(Soname)]
    internal static partial nint SSL_CTX_new(nint method);

    /// <summary>Gives one reference back.</summary>
    [LibraryImport(Soname)]
    internal static partial void SSL_CTX_free(nint ctx);

    /// <summary>With <see cref="SSL_CTRL_EXTRA_CHAIN_CERT"/> it takes ownership of the certificate, if it succeeds.</summary>
    [LibraryImport(Soname)]
    internal static partial nint SSL_CTX_ctrl(SslContext ctx, int cmd, nint larg, nint parg);

    [LibraryImport(Soname)]
    internal static partial void SSL_CTX_set_verify(SslContext ctx, int mode, nint callback);

    [LibraryImport(Soname)]
    internal static partial int SSL_CTX_set_default_verify_paths(SslContext ctx);

    /// <returns>The context's own store; not to be freed.</returns>
    [LibraryImport(Soname)]
    internal static partial nint SSL_CTX_get_cert_store(SslContext ctx);

    /// <returns>The context's own parameters, which every connection copies; not to be freed.</returns>
    [LibraryImport(Soname)]
    internal static partial nint SSL_CTX_get0_param(SslContext ctx);

    [LibraryImport(Soname)]
    internal static partial int SSL_CTX_use_certificate_ASN1(SslContext ctx, int len, ReadOnlySpan<byte> d);

    [LibraryImport(Soname)]
    internal static partial int SSL_CTX_use_PrivateKey(SslContext ctx, nint pkey);

    [LibraryImport(Soname)]
    internal static partial int SSL_CTX_check_private_key(SslContext ctx);

    /// <returns>The broker's certificate, which is the caller's to free, or null.</returns>
    [LibraryImport(Soname)]
    internal static partial nint SSL_get1_peer_certificate(nint ssl);
}
