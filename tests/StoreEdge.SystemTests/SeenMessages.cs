using StoreEdge.Tests.Contracts;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("StoreEdge.SystemTests.LastComesLast", "StoreEdge.SystemTests")]

namespace StoreEdge.SystemTests;

/// <summary>What the others have shown between them; runs after all of them.</summary>
[Collection(Name)]
public sealed class SeenMessages
{
    public const string Name = "after all the others";

    /// <summary>Messages that no system test brings about, to grow shorter: whoever makes one travel strikes it here.</summary>
    private static readonly string[] NotYet =
    [
        "choice", "clock-state", "clock-synchronized", "cmd-drain", "cmd-erase", "cmd-export", "cmd-ping", "cmd-resend", "config-state", "desired", "footfall",
        "journal-renewed", "unrecorded", "zone",
    ];

    [WholeRunFact]
    public void Every_message_of_the_contract_has_passed_a_broker_but_for_these()
    {
        var seen = ContractListener.Seen;
        Assert.Equal([], ContractSchemas.Names.Where(n => !seen.ContainsKey(n)).Except(NotYet));
        // The slow tests show more than the fast ones do.
        if (!Checkout.EverythingWasAskedFor) Assert.True(!NotYet.Any(seen.ContainsKey), $"seen by now, strike them from the list: {string.Join(" ", NotYet.Where(seen.ContainsKey))}");
    }
}

/// <summary>A fact about the whole run: skipped where only some tests were asked for, as without tests/run.sh.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WholeRunFactAttribute : FactAttribute
{
    public WholeRunFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("STOREEDGE_TEST_TIER") is null) Skip = "about the whole run: tests/run.sh runs it";
    }
}

/// <summary>Puts <see cref="SeenMessages"/> at the end.</summary>
internal sealed class LastComesLast : ITestCollectionOrderer
{
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(c => c.DisplayName == SeenMessages.Name);
}
