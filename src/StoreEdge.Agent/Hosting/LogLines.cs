using StoreEdge.Agent.Pages.Technician;

namespace StoreEdge.Agent.Hosting;

/// <summary>How both services write their logs.</summary>
internal static class LogLines
{
    public static void Configure(ILoggingBuilder logging) => Configure(logging, null);

    /// <summary>As above, with the last lines kept for the technician's page, who may ask for more of them for a while.</summary>
    public static void Configure(ILoggingBuilder logging, LogRing? ring)
    {
        logging.ClearProviders();
        // Under systemd each line carries its priority for the journal; in a terminal a time is more useful.
        if (Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null) logging.AddSystemdConsole();
        else logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss.fff "));
        if (ring is null)
        {
            logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
            return;
        }

        // What the web server says in detail names callers and the secret addresses of phones' pages: never more than its warnings.
        logging.AddProvider(ring).SetMinimumLevel(LogLevel.Debug).AddFilter((category, level) =>
            category?.StartsWith("Microsoft", StringComparison.Ordinal) == true ? level >= LogLevel.Warning : level >= ring.Least);
    }
}
