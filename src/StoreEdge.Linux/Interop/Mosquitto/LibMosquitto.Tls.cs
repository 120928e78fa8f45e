using System.Runtime.InteropServices;
using StoreEdge.Linux.Interop.OpenSsl;

namespace StoreEdge.Linux.Interop.Mosquitto;

internal static partial class LibMosquitto
{
    internal const int MOSQ_OPT_SSL_CTX = 2;
    internal const int MOSQ_OPT_SSL_CTX_WITH_DEFAULTS = 3;

    /// <summary>With <see cref="MOSQ_OPT_SSL_CTX"/> the library takes a reference of its own to the context.</summary>
    [LibraryImport(Soname)]
    internal static partial int mosquitto_void_option(MosquittoHandle mosq, int option, SslContext value);

    /// <returns>The connection's SSL, which stays the client's, or null.</returns>
    [LibraryImport(Soname)]
    internal static partial nint mosquitto_ssl_get(nint mosq);
}
