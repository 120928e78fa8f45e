using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using StoreEdge.Linux.Mosquitto;
using static StoreEdge.Linux.Interop.OpenSsl.LibCrypto;
using static StoreEdge.Linux.Interop.OpenSsl.LibSsl;

namespace StoreEdge.Linux.Interop.OpenSsl;

/// <summary>
/// Owns one reference to an <c>SSL_CTX</c> with everything that one connection needs: authorities, client certificate and key from memory, the name that the
/// broker must carry, and the time at which certificates must be valid. libmosquitto takes a reference of its own (MOSQ_OPT_SSL_CTX) and gives it back with the
/// client, so this one may be given back at any time after the handing over; whoever does so last frees it.
/// </summary>
internal sealed unsafe class SslContext : SafeHandle
{
    /// <summary>For the marshaller only; <see cref="Create"/> makes contexts.</summary>
    public SslContext()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Whether contexts can be made here at all; without, libmosquitto makes its own, which know no time but the machine's.</summary>
    internal static bool IsPossible { get; } = CanLoad(LibSsl.Soname) && CanLoad(LibCrypto.Soname);

    /// <param name="material">Certificates and key.</param>
    /// <param name="host">The broker's name or address as configured.</param>
    /// <param name="verificationTime">When certificates must be valid; null for the machine's clock.</param>
    /// <param name="isAtLeast">Whether that time may be too early: a certificate that begins later is then taken, one that has ended is not.</param>
    /// <exception cref="MqttFailureException">OpenSSL refused a part.</exception>
    internal static SslContext Create(TlsMaterial material, string host, DateTimeOffset? verificationTime, bool isAtLeast)
    {
        var context = new SslContext();
        context.SetHandle(SSL_CTX_new(TLS_client_method()));
        if (context.IsInvalid) throw Refused("context");
        try
        {
            context.Fill(material, host, verificationTime, isAtLeast);
            return context;
        }
        catch (MqttFailureException)
        {
            context.Dispose();
            throw;
        }
        finally
        {
            ERR_clear_error();
        }
    }

    /// <summary>The certificate that the other end of a connection showed, or null.</summary>
    internal static byte[]? PeerCertificate(nint ssl)
    {
        var certificate = ssl == 0 ? 0 : SSL_get1_peer_certificate(ssl);
        if (certificate == 0) return null;
        try
        {
            var bytes = new byte[Math.Max(0, i2d_X509(certificate, null))];
            fixed (byte* start = bytes)
            {
                var at = start;
                return bytes.Length > 0 && i2d_X509(certificate, &at) == bytes.Length ? bytes : null;
            }
        }
        finally
        {
            X509_free(certificate);
        }
    }

    protected override bool ReleaseHandle()
    {
        SSL_CTX_free(handle);
        return true;
    }

    private static bool CanLoad(string soname) => NativeLibrary.TryLoad(soname, typeof(SslContext).Assembly, DllImportSearchPath.SafeDirectories, out _);

    private static MqttFailureException Refused(string what) => new(new(MqttFailureKind.TlsFiles, 0, $"OpenSSL refused the {what}"));

    private void Fill(TlsMaterial material, string host, DateTimeOffset? verificationTime, bool isAtLeast)
    {
        _ = SSL_CTX_ctrl(this, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, 0);
        _ = SSL_CTX_ctrl(this, SSL_CTRL_MODE, SSL_MODE_RELEASE_BUFFERS, 0);
        SSL_CTX_set_verify(this, SSL_VERIFY_PEER, isAtLeast ? (nint)(delegate* unmanaged[Cdecl]<int, nint, int>)&BeginningsAside : 0);
        var rules = SSL_CTX_get0_param(this);
        if ((IPAddress.TryParse(host, out _) ? X509_VERIFY_PARAM_set1_ip_asc(rules, host) : X509_VERIFY_PARAM_set1_host(rules, host, 0)) != 1) throw Refused($"host name {host}");
        if (verificationTime is { } time) X509_VERIFY_PARAM_set_time(rules, (nint)time.ToUnixTimeSeconds());
        if (material.Authorities is { } authorities)
        {
            var store = SSL_CTX_get_cert_store(this);
            foreach (var authority in authorities)
                With(authority, certificate =>
                {
                    if (X509_STORE_add_cert(store, certificate) != 1) throw Refused("authority");
                    return false;
                });
        }
        else if (SSL_CTX_set_default_verify_paths(this) != 1)
        {
            throw Refused("authorities of the operating system");
        }

        if (material.Chain.Count == 0) return;
        var own = material.Chain[0];
        if (SSL_CTX_use_certificate_ASN1(this, own.Length, own) != 1) throw Refused("client certificate");
        foreach (var issuer in material.Chain.Skip(1))
            With(issuer, certificate => SSL_CTX_ctrl(this, SSL_CTRL_EXTRA_CHAIN_CERT, 0, certificate) == 1 ? true : throw Refused("chain of the client certificate"));
        fixed (byte* start = material.Key)
        {
            var at = start;
            var key = d2i_AutoPrivateKey(0, &at, material.Key.Length);
            var taken = key != 0 && SSL_CTX_use_PrivateKey(this, key) == 1 && SSL_CTX_check_private_key(this) == 1;
            EVP_PKEY_free(key);
            if (!taken) throw Refused("private key");
        }
    }

    /// <summary>OpenSSL asks it of each fault that it finds, and goes on where the answer is 1. That somebody with a trusted key has signed is judged apart, and so is each end.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int BeginningsAside(int isGood, nint verification)
    {
        if (isGood == 0 && X509_STORE_CTX_get_error(verification) != X509_V_ERR_CERT_NOT_YET_VALID) return 0;
        X509_STORE_CTX_set_error(verification, X509_V_OK);
        return 1;
    }

    /// <param name="der">One certificate.</param>
    /// <param name="use">Says whether it took ownership.</param>
    private static void With(byte[] der, Func<nint, bool> use)
    {
        fixed (byte* start = der)
        {
            var at = start;
            var certificate = d2i_X509(0, &at, der.Length);
            if (certificate == 0) throw Refused("encoding of a certificate");
            var taken = false;
            try
            {
                taken = use(certificate);
            }
            finally
            {
                if (!taken) X509_free(certificate);
            }
        }
    }
}
