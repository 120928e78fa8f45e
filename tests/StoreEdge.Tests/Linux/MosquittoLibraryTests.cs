using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Tests.Linux;

public class MosquittoLibraryTests
{
    [Fact]
    public void A_missing_library_says_how_to_install_it()
    {
        var thrown = Assert.Throws<MqttFailureException>(() => MosquittoLibrary.EnsureUsable("libmosquitto-that-is-not-there.so.1"));
        Assert.Equal(MqttFailureKind.LibraryMissing, thrown.Failure.Kind);
        Assert.Contains("apt-get install libmosquitto1", thrown.Message, StringComparison.Ordinal);
    }

    // select(2) watches descriptors 0–1023, and a client opens three.
    [Theory]
    [InlineData(3, true)]
    [InlineData(1021, true)]
    [InlineData(1022, false)]
    [InlineData(5000, false)]
    public void A_process_with_too_many_descriptors_is_refused_before_it_hangs(int lowestFree, bool usable)
    {
        if (usable)
        {
            MosquittoLibrary.CheckDescriptors(lowestFree);
            return;
        }

        var thrown = Assert.Throws<MqttFailureException>(() => MosquittoLibrary.CheckDescriptors(lowestFree));
        Assert.Equal(MqttFailureKind.TooManyDescriptors, thrown.Failure.Kind);
        Assert.Contains("LimitNOFILE", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_never_print_the_password() =>
        Assert.DoesNotContain("hunter2", $"{new MosquittoOptions("store-1", "broker.example", 8883) { Username = "u", Password = "hunter2" }}", StringComparison.Ordinal);
}
