using System.Collections.Concurrent;
using StoreEdge.Tests.Contracts;
using Xunit.Abstractions;

namespace StoreEdge.SystemTests;

/// <summary>What the others have shown between them. They run in several processes, which put down what they have seen in one directory; tests/run.sh runs this after all of them.</summary>
public sealed class SeenMessages(ITestOutputHelper output)
{
    private const string Variable = "STOREEDGE_TEST_SEEN";

    private static readonly ConcurrentDictionary<string, byte> Noted = new();

    /// <summary>Messages that no system test brings about, to grow shorter: whoever makes one travel strikes it here.</summary>
    private static readonly string[] NotYet =
    [
        "clock-synchronized", "cmd-drain", "cmd-resend", "footfall", "unrecorded", "zone",
    ];

    /// <summary>A message of the contract has passed a broker, and was as it should be.</summary>
    public static void Note(string name)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } directory && Noted.TryAdd(name, 0)) File.WriteAllText(Path.Combine(directory, name), "");
    }

    [WholeRunFact]
    public void Every_message_of_the_contract_has_passed_a_broker_but_for_these()
    {
        var seen = Directory.EnumerateFiles(Environment.GetEnvironmentVariable(Variable)!).Select(f => Path.GetFileName(f)).ToHashSet();
        // Said, not failed: what a day's other tests show in passing must not break this one.
        foreach (var name in NotYet.Where(seen.Contains)) output.WriteLine($"{name} has been seen by now: strike it from the list");
        Assert.Equal([], ContractSchemas.Names.Where(n => !seen.Contains(n)).Except(NotYet));
    }
}

/// <summary>A fact about the whole run: skipped where only some tests were asked for, as without tests/run.sh.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WholeRunFactAttribute : FactAttribute
{
    public WholeRunFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("STOREEDGE_TEST_SEEN") is null) Skip = "about the whole run: tests/run.sh runs it";
    }
}
