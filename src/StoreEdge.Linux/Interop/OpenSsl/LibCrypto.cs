using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.OpenSsl;

/// <summary>The part of OpenSSL 3's libcrypto that a context's certificates, key and rules need.</summary>
internal static unsafe partial class LibCrypto
{
    internal const string Soname = "libcrypto.so.3";

    /// <returns>A certificate, which is the caller's to free, or null.</returns>
    [LibraryImport(Soname)]
    internal static partial nint d2i_X509(nint px, byte** @in, nint len);

    /// <returns>The length, or a negative number; writes to <paramref name="out"/> unless it is null.</returns>
    [LibraryImport(Soname)]
    internal static partial int i2d_X509(nint x, byte** @out);

    [LibraryImport(Soname)]
    internal static partial void X509_free(nint x);

    /// <summary>Takes a reference of its own.</summary>
    [LibraryImport(Soname)]
    internal static partial int X509_STORE_add_cert(nint store, nint x);

    /// <returns>A key of whichever kind the bytes hold (PKCS #8 or traditional), which is the caller's to free, or null.</returns>
    [LibraryImport(Soname)]
    internal static partial nint d2i_AutoPrivateKey(nint pa, byte** pp, nint length);

    [LibraryImport(Soname)]
    internal static partial void EVP_PKEY_free(nint key);

    internal const int X509_V_OK = 0;
    internal const int X509_V_ERR_CERT_NOT_YET_VALID = 9;

    /// <summary>Within a verification's callback: what is wrong.</summary>
    [LibraryImport(Soname)]
    internal static partial int X509_STORE_CTX_get_error(nint ctx);

    [LibraryImport(Soname)]
    internal static partial void X509_STORE_CTX_set_error(nint ctx, int s);

    /// <param name="param">The parameters.</param>
    /// <param name="t">Seconds since 1970; certificates are held against this instead of the machine's clock.</param>
    [LibraryImport(Soname)]
    internal static partial void X509_VERIFY_PARAM_set_time(nint param, nint t);

    /// <param name="param">The parameters.</param>
    /// <param name="name">The name that the server's certificate must carry.</param>
    /// <param name="namelen">0 for a text that ends with NUL.</param>
    [LibraryImport(Soname, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int X509_VERIFY_PARAM_set1_host(nint param, string name, nuint namelen);

    [LibraryImport(Soname, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int X509_VERIFY_PARAM_set1_ip_asc(nint param, string ipasc);

    /// <summary>Empties this thread's queue of errors, which would otherwise be taken for the next call's.</summary>
    [LibraryImport(Soname)]
    internal static partial void ERR_clear_error();
}
