using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Desired;
using StoreEdge.Agent.Journal;

namespace StoreEdge.Agent.Hosting;

/// <summary>Why a run of the rooms ended.</summary>
internal enum RunEnd
{
    /// <summary>The process was told to stop.</summary>
    Told,

    /// <summary>A loop failed for good.</summary>
    Failed,

    /// <summary>The configuration is to be read again.</summary>
    Again,
}

/// <summary>What a run of the rooms is given of the desired documents.</summary>
/// <param name="Documents">What is kept of them.</param>
/// <param name="Check">Reads the whole configuration with these layers; throws <see cref="ConfigurationException"/> where it is not good.</param>
/// <param name="Read">Reads the whole configuration with these layers, good or not.</param>
/// <param name="Unusable">Why this run goes without documents that were good once; null where it does not.</param>
internal sealed record DesiredRun(
    DesiredDocuments Documents, Action<IReadOnlyList<DesiredLayer>> Check, Func<IReadOnlyList<DesiredLayer>, ConfigurationLayers> Read, string? Unusable)
{
    /// <summary>The bundle that central desired; null where it did not.</summary>
    public ReadOnlyMemory<byte>? Bundle => Documents[DesiredDocuments.Bundle].Good is { } good ? System.Text.Encoding.UTF8.GetBytes(good.Document) : default(ReadOnlyMemory<byte>?);
}

/// <summary>
/// Runs the store, and runs it again in the same process whenever a desired configuration comes or goes, or another place for its state. A configuration that does not even start is taken
/// back at once.
/// </summary>
/// <param name="read">Reads the store's own layers, with the given ones between its files and its environment.</param>
/// <param name="time">The machine's clock.</param>
internal sealed class StoreRuns(Func<IReadOnlyList<DesiredLayer>, ConfigurationLayers> read, TimeProvider time)
{
    /// <summary>Runs until told to stop.</summary>
    /// <returns>0 after an orderly end, 1 when a loop failed for good (systemd then starts the service again).</returns>
    /// <exception cref="ConfigurationException">The store's own configuration is wrong, or a file that it names cannot be used.</exception>
    /// <exception cref="JournalFault">The journal cannot be opened.</exception>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        DesiredDocuments? documents = null;
        var across = AcrossRuns.Begin(time);
        while (true)
        {
            // Good by itself, or nothing that central says could be taken back.
            var own = AgentOptionsReader.Read(read([]));
            var place = StatePlace.Find(own.StateDirectory);
            if (documents?.StateDirectory != place.Directory)
            {
                documents = new(place.Directory);
                documents.BeginProcess();
            }

            if (Configure(documents, own) is not var (options, sources, unusable)) continue;
            RunEnd end;
            try
            {
                end = await StoreHost.RunAsync(place.Place(options), sources, new(documents, layers => AgentOptionsReader.Read(read(layers)), read, unusable), across, place, time, stop).ConfigureAwait(false);
            }
            catch (Exception fault) when (documents.IsOnTrial && fault is ConfigurationException or JournalFault or IOException or UnauthorizedAccessException or InvalidDataException)
            {
                documents.Revert($"the store did not start with it: {fault.Message}");
                continue;
            }

            if (end == RunEnd.Failed && documents.IsOnTrial) documents.Revert("a part of the store failed with it; its log says why");
            else if (end == RunEnd.Failed) return 1;
            else if (end == RunEnd.Told)
            {
                documents.Pause();
                return 0;
            }
        }
    }

    /// <summary>The configuration of the next run; null where a trial was taken back, and the next one is to be read.</summary>
    private (AgentOptions Options, IReadOnlyList<string> Sources, string? Unusable)? Configure(DesiredDocuments documents, AgentOptions own)
    {
        try
        {
            var layers = read(documents.BeginRun());
            return (AgentOptionsReader.Read(layers), layers.Sources, null);
        }
        catch (ConfigurationException fault) when (documents.IsOnTrial)
        {
            documents.Revert($"the configuration is not good with it: {fault.Errors[0]}");
            return null;
        }
        catch (ConfigurationException fault)
        {
            // The store's own files have changed since: a receiver that had its level set is gone. A store that opens without is worth more than one that does not.
            return (own, read([]).Sources, fault.Errors[0].ToString());
        }
    }
}
