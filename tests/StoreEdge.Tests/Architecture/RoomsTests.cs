using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace StoreEdge.Tests.Architecture;

/// <summary>Who may know whom, and why not. A failing row prints its reason.</summary>
public sealed partial class RoomsTests
{
    /// <summary>Project references that are allowed; every other one of ours is not.</summary>
    private static readonly (string From, string[] To, string Why)[] Projects =
    [
        ("StoreEdge.Core", [], "the rules are pure: they run in a test, a replay or a simulation without anything else"),
        ("StoreEdge.Contracts", [], "central teams take the contract without taking the agent"),
        ("StoreEdge.Linux", [], "native code knows the kernel and nothing of the store"),
        ("StoreEdge.Agent", ["StoreEdge.Core", "StoreEdge.Contracts", "StoreEdge.Linux"], "the loops put the three together"),
        ("StoreEdge.Simulator", ["StoreEdge.Core", "StoreEdge.Contracts", "StoreEdge.Linux"], "the simulator uses the world's doors (radio frames, HTTP, MQTT), never the agent's inside; Linux only for the MQTT client and for playing a device"),
    ];

    /// <summary>Rooms of the agent that must not know other rooms; <c>*</c> is every other room.</summary>
    private static readonly (string From, string To, string Why)[] Forbidden =
    [
        ("Sensing", "Journal", "a sighting is not an event yet: only Presence makes events"),
        ("Sensing", "Deciding", "data flow one way"),
        ("Sensing", "Displays", "data flow one way"),
        ("Sensing", "Mqtt", "the registry reaches Sensing as a value, wherever it came from"),
        ("Sensing", "Satellites", "a source elsewhere reaches Sensing through Sensing's own interface"),
        ("Satellites", "Journal", "a satellite keeps nothing on disk, and what it sends is no event yet"),
        ("Satellites", "Presence", "sightings reach presence through their receivers, wherever those hang"),
        ("Satellites", "Deciding", "data flow one way"),
        ("Satellites", "Displays", "data flow one way"),
        ("Satellites", "Outbox", "what satellites send never leaves the store"),
        ("Presence", "Deciding", "nothing acts on an event before it is committed: deciding reads the journal's committed events"),
        ("Presence", "Displays", "nothing acts on an event before it is committed"),
        ("Presence", "Outbox", "the outbox reads the journal, not the room that wrote it"),
        ("Journal", "Sensing", "the journal keeps what it is given and calls nobody"),
        ("Journal", "Presence", "the journal keeps what it is given and calls nobody"),
        ("Journal", "Outbox", "the outbox reads the journal by a cursor; the journal does not push"),
        ("Journal", "Mqtt", "what is kept does not depend on a link"),
        ("Journal", "Deciding", "the journal keeps what it is given and calls nobody"),
        ("Journal", "Displays", "the journal keeps what it is given and calls nobody"),
        ("Outbox", "Sensing", "the outbox knows stored events only"),
        ("Outbox", "Presence", "the outbox knows stored events only"),
        ("Outbox", "Deciding", "the outbox knows stored events only"),
        ("Outbox", "Displays", "the outbox knows stored events only"),
        ("Mqtt", "Journal", "the link carries bytes; what they mean is the outbox's and the handlers' business"),
        ("Mqtt", "Deciding", "the link carries bytes"),
        ("Deciding", "Mqtt", "deciding works offline; context arrives as a value"),
        ("Deciding", "Sensing", "deciding sees committed events, never sightings"),
        ("Helping", "Mqtt", "a request is kept in the store before anybody hears of it, and central hears of it as an event"),
        ("Helping", "Presence", "where the customer is comes through a door that Hosting hands in"),
        ("Helping", "Deciding", "help is nobody's offer"),
        ("Journal", "Helping", "the journal keeps what it is given and calls nobody"),
        ("Displays", "Mqtt", "displays work offline"),
        ("Displays", "Sensing", "displays see decisions, never sightings"),
        ("Displays", "Panels", "the hub knows displays, however they are drawn"),
        ("Panels", "Deciding", "a small display is given showings by the hub, as every other"),
        ("Panels", "Sensing", "what hangs on pins sees committed events, never sightings"),
        ("Panels", "Presence", "what hangs on pins sees committed events only"),
        ("Panels", "Mqtt", "lamps and panels work offline"),
        ("Panels", "Helping", "which calls are open comes through a door that Hosting hands in"),
        ("Helping", "Panels", "a request does not know what flashes for it"),
        ("Journal", "Panels", "the journal keeps what it is given and calls nobody"),
        ("Controllers", "Journal", "a door knows phones and receipts, and keeps neither"),
        ("Controllers", "Presence", "who comes and goes reaches presence through the portal"),
        ("Controllers", "Deciding", "data flow one way"),
        ("Controllers", "Mqtt", "other people's Wi-Fi works without central"),
        ("Device", "Mqtt", "the link finds key and certificate where the configuration points; who made them is not its business"),
        ("Device", "Deciding", "who the device is has nothing to do with customers"),
        ("Device", "Presence", "who the device is has nothing to do with customers"),
        ("Timekeeping", "Journal", "every room may ask for the time, so it asks none"),
        ("Timekeeping", "Mqtt", "every room may ask for the time, so it asks none"),
        ("Timekeeping", "Presence", "every room may ask for the time, so it asks none"),
        ("Timekeeping", "Deciding", "every room may ask for the time, so it asks none"),
        ("Desired", "Deciding", "a bundle goes into force through a door that Hosting hands in"),
        ("Desired", "Outbox", "what central desires does not depend on what was told"),
        ("Desired", "Sensing", "documents become configuration, and rooms are given that"),
        ("Orders", "Desired", "a command is carried out once, a document is in force until the next: neither carries the other"),
        ("Orders", "Presence", "what goes on is ended through doors that Hosting hands in"),
        ("Orders", "Deciding", "what goes on is ended through doors that Hosting hands in"),
        ("Orders", "Displays", "what goes on is ended through doors that Hosting hands in"),
        ("Orders", "Sensing", "a command speaks of customers by pseudonym, never of what is on the air"),
        ("Journal", "Orders", "the journal keeps what it is given and calls nobody"),
        ("Journal", "Desired", "the journal keeps what it is given and calls nobody"),
        ("Mqtt", "Orders", "the link carries bytes"),
        ("Mqtt", "Desired", "the link carries bytes"),
        ("Gate", "Journal", "raw addresses stand in the gate's RAM and in the kernel: it writes nothing"),
        ("Gate", "Mqtt", "raw addresses stand in the gate's RAM and in the kernel: it tells nobody"),
        ("Gate", "Outbox", "the gate opens and closes; what came of it is the portal's to tell"),
        ("Gate", "Presence", "who is here is the portal's to say, by a pseudonym"),
        ("Gate", "Deciding", "the gate lets everybody pass who accepted, whoever they are"),
        ("Pages", "Gate", "the portal asks a door, whichever it is"),
        ("Sensing", "Gate", "the Wi-Fi's addresses and the radio's never meet"),
        ("Watching", "Journal", "numbers come from the technician's report, so that page and dashboard never disagree; of events Hosting hands in what names nobody"),
        ("Watching", "Mqtt", "numbers come from the technician's report"),
        ("Watching", "Sensing", "numbers come from the technician's report"),
        ("Support", "Sensing", "what is handed over is read from files, and nobody's address is in memory there"),
        ("Support", "Mqtt", "a bundle is made while nothing else works"),
        ("Health", "Support", "what is wrong does not depend on who is told"),
        ("Health", "Watching", "what is wrong does not depend on who is told"),
        ("Health", "Sensing", "rooms raise warnings; the board knows none of them"),
        ("Health", "Mqtt", "rooms raise warnings; the board knows none of them"),
        ("Health", "Journal", "rooms raise warnings; the board knows none of them"),
    ];

    [Fact]
    public void Projects_reference_only_what_the_table_allows()
    {
        foreach (var (from, to, why) in Projects)
        {
            var project = XDocument.Load(Path.Combine(SourceTree.Root, "src", from, from + ".csproj"));
            var references = project.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
            var wrong = references.Except(to).ToArray();
            Assert.True(wrong.Length == 0, $"{from} references {string.Join(", ", wrong)}, but {why}");
        }
    }

    [Fact]
    public void Rooms_know_only_whom_they_may()
    {
        var broken = new List<string>();
        foreach (var (path, text) in SourceTree.Files("src/StoreEdge.Agent"))
        {
            var room = path.Split('/')[0];
            foreach (var (from, to, why) in Forbidden)
                if (room == from && Regex.IsMatch(text, $@"\bStoreEdge\.Agent\.{to}\b"))
                    broken.Add($"{path} knows {to}, but {why}");
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Fact]
    public void The_table_names_rooms_that_exist()
    {
        foreach (var room in Forbidden.SelectMany(f => new[] { f.From, f.To }).Distinct())
            Assert.True(Directory.Exists(Path.Combine(SourceTree.Root, "src/StoreEdge.Agent", room)), $"there is no room {room}; mend the table");
    }

    [Fact]
    public void Production_code_does_not_know_the_simulator()
    {
        foreach (var folder in new[] { "src/StoreEdge.Agent", "src/StoreEdge.Core", "src/StoreEdge.Contracts", "src/StoreEdge.Linux" })
            foreach (var (path, text) in SourceTree.Files(folder))
                Assert.False(Regex.IsMatch(text, @"using StoreEdge\.Simulator|[Ii]sSimulat|[Ss]imulat(ed|ion)Mode"), $"{folder}/{path} knows the simulator; it stands outside and uses the doors of the world");
    }

    [Fact]
    public void Raw_radio_addresses_stay_in_Sensing()
    {
        // The gate's own kind, the address of a station on the guest network, has to be told to the kernel, or to the controller whose Wi-Fi it is; it stays in RAM and there, and prints as nothing.
        string[] allowed = ["Sensing/", "Gate/", "Controllers/", "Commands/DecodeCommand.cs", "Commands/ReplayCommand.cs"];
        foreach (var (path, text) in SourceTree.Files("src/StoreEdge.Agent"))
            if (!allowed.Any(a => path.StartsWith(a, StringComparison.Ordinal)))
                Assert.False(RawAddress().IsMatch(text), $"{path} names a raw radio address; only Sensing, the two doors for guests (and the decode command, on a technician's own input) may");
    }

    [Fact]
    public void The_doors_for_guests_know_stations_and_Sensing_knows_devices_and_neither_knows_the_others()
    {
        foreach (var (path, text) in SourceTree.Files("src/StoreEdge.Agent"))
        {
            if (path.StartsWith("Gate/", StringComparison.Ordinal) || path.StartsWith("Controllers/", StringComparison.Ordinal)) Assert.False(Regex.IsMatch(text, @"\bDeviceAddress\b"), $"{path} names the address of a radio");
            else Assert.False(Regex.IsMatch(text, @"\bStationAddress\b|\bPhysicalAddress\b"), $"{path} names the address of a station; only the doors for guests may");
        }
    }

    [Fact]
    public void Native_code_lives_in_one_project()
    {
        foreach (var folder in new[] { "src/StoreEdge.Agent", "src/StoreEdge.Core", "src/StoreEdge.Contracts", "src/StoreEdge.Simulator" })
            foreach (var (path, text) in SourceTree.Files(folder))
                Assert.False(Regex.IsMatch(text, @"\[(LibraryImport|DllImport)|\bunsafe\b"), $"{folder}/{path} has native code; it belongs to StoreEdge.Linux");
    }

    [GeneratedRegex(@"\b(DeviceAddress|StationAddress)\b")]
    private static partial Regex RawAddress();
}
