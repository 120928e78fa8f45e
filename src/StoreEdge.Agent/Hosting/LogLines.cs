namespace StoreEdge.Agent.Hosting;

/// <summary>How both services write their logs.</summary>
internal static class LogLines
{
    public static void Configure(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        // Under systemd each line carries its priority for the journal; in a terminal a time is more useful.
        if (Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null) logging.AddSystemdConsole();
        else logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss.fff "));
        logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
    }
}
