using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Health;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Hosting;

/// <summary>
/// Brings enrolment lists to the registry: the configured file and central's message, whichever is newer, and over a restart without either the last good
/// copy. A list with any fault changes nothing.
/// </summary>
internal sealed class EnrolmentFiles(EnrolmentOptions options, string stateDirectory, EnrolmentRegistry registry, HealthBoard health)
{
    private const string Refused = "enrolment-refused", NotKept = "enrolment-not-kept";

    private KnownList? inForce;

    /// <summary>The list in force as it was written; null while there is none.</summary>
    public KnownList? InForce => Volatile.Read(ref inForce);

    private string LastGood => Path.Combine(stateDirectory, "enrolment.last-good.json");

    /// <summary>Reads the tenant's keys.</summary>
    /// <exception cref="ConfigurationException">There is none; without one nobody can be named.</exception>
    public static PseudonymKeys ReadKeys(EnrolmentOptions options)
    {
        try
        {
            return PseudonymKeys.Parse(File.ReadAllText(options.KeyFile));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException([new(options.KeyFile, "enrolment.pseudonymKeyFile", null, $"cannot be read: {fault.Message}")]);
        }
        catch (FormatException fault)
        {
            throw new ConfigurationException([new(options.KeyFile, "enrolment.pseudonymKeyFile", null, fault.Message)]);
        }
    }

    /// <summary>At start: the configured file, then the last good copy where that is newer.</summary>
    public void Load()
    {
        if (options.File is { } file) LoadFile(file, Severity.Fault);
        if (File.Exists(LastGood)) LoadFile(LastGood, Severity.Warning);
    }

    /// <summary>Takes a list from central. One that is not newer than what is known is ignored: a retained message comes again with every start and may lag behind the file.</summary>
    /// <exception cref="FormatException">It breaks a rule; the message names up to three places.</exception>
    public void Take(ReadOnlyMemory<byte> document)
    {
        if (!EnrolmentList.TryParse(document, out var list, out var faults, options.MostResolvable)) throw new FormatException(Told(faults));
        if (list.Version <= registry.Version) return;
        Use(list, document);
        Keep(document.Span);
    }

    private static string Told(IReadOnlyList<EnrolmentFault> faults) =>
        string.Join("; ", faults.Take(3)) + (faults.Count > 3 ? $"; and {faults.Count - 3} more" : "");

    private void LoadFile(string file, Severity severity)
    {
        string wrong;
        try
        {
            var document = File.ReadAllBytes(file);
            if (EnrolmentList.TryParse(document, out var list, out var faults, options.MostResolvable))
            {
                if (list.Version > registry.Version) Use(list, document);
                return;
            }

            wrong = Told(faults);
            // The next good list would be written over it.
            if (file == LastGood) wrong += $" (kept as {DurableFile.SetAside(file)})";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            wrong = fault.Message;
        }

        health.Raise(Refused, severity, $"The enrolment list {file} is not used: {wrong}", "Correct the file and restart, or send a list from central; until then its customers are strangers.");
    }

    private void Use(EnrolmentList list, ReadOnlyMemory<byte> document)
    {
        registry.Replace(list);
        Volatile.Write(ref inForce, new(list.Version, document.ToArray()));
    }

    private void Keep(ReadOnlySpan<byte> document)
    {
        try
        {
            DurableFile.Replace(LastGood, document);
            health.Clear(NotKept);
            health.Clear(Refused);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            health.Raise(NotKept, Severity.Warning, $"The enrolment list is in force but no copy could be kept: {fault.Message}", "Check the space and the rights of the state directory.");
        }
    }
}

/// <summary>An enrolment list as it was written, for those who need it whole.</summary>
internal sealed record KnownList(long Version, ReadOnlyMemory<byte> Document);
