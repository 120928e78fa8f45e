using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Health;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Deciding;

public sealed class BundleStoreTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("bundle-").FullName;
    private readonly HealthBoard health = new(new ManualClock(), NullLogger<HealthBoard>.Instance);

    private string Source => Path.Combine(directory, "bundle.json");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void A_corrupt_bundle_leaves_the_last_good_one_in_force_over_a_restart()
    {
        File.WriteAllBytes(Source, Document(Offer("a", "generic")).Bytes());
        Assert.Equal("t", Loaded().Current.Version);
        File.WriteAllText(Source, "{\"version\":\"half");
        Assert.Equal("t", Loaded().Current.Version);
        Assert.Contains(health.Warnings, w => w.Code == "bundle-refused");
        File.WriteAllBytes(Source, Document(Offer("a", "generic")).With("version", "t2").Bytes());
        Assert.Equal("t2", Loaded().Current.Version);
        Assert.Empty(health.Warnings);
    }

    [Fact]
    public void The_warning_names_the_path_in_the_document()
    {
        File.WriteAllBytes(Source, Document(Offer("a", "generic").With("stock", -1)).Bytes());
        Assert.Equal("factory-1", Loaded().Current.Version);
        Assert.Contains("offers[0].stock: is -1", Assert.Single(health.Warnings).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_bundle_the_factorys_is_in_force()
    {
        Assert.Equal("factory-1", Loaded().Current.Version);
        Assert.Equal("bundle-missing", Assert.Single(health.Warnings).Code);
    }

    private BundleStore Loaded()
    {
        var store = new BundleStore(new(Source, Path.Combine(directory, "state")), health);
        store.Load();
        return store;
    }
}
