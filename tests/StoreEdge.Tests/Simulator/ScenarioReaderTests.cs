using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Tests.Simulator;

public class ScenarioReaderTests
{
    [Theory]
    [InlineData("\"side\": \"inside\"", "\"side\": \"indoors\"", "$.layout.receivers[0].side: \"indoors\" is not allowed; allowed: inside, outside")]
    [InlineData("\"id\": \"door-out\"", "\"id\": \"door-in\"", "$.layout.receivers[1].id: \"door-in\" is not allowed; allowed: an id that no other receiver has")]
    [InlineData("\"door\": [0, 0]", "\"door\": [0, 1]", "$.layout.door: [0, 1] is not allowed; allowed: a point on the edge of inside")]
    [InlineData("\"lossDb\": 10", "\"lossDB\": 10", "$.layout.walls[0].lossDB: 10 is not allowed; allowed: no such member here; known are from, to, lossDb")]
    [InlineData("\"perMinute\": 20", "\"perMinute\": -1", "$.population[0].arrivals.perMinute: -1 is not allowed; allowed: a number from 0 to 10000")]
    [InlineData("\"kind\": \"noise\", \"count\": 3", "\"kind\": \"noise\"", "$.population[3].count: missing; allowed: a whole number from 1 to 10000")]
    [InlineData("\"name\": \"phones\"", "\"name\": \"tagged\"", "$.population: ")]
    [InlineData("\"street\": [[-20, -3], [20, -3]]", "\"street\": [[-20, -3], [0, 5]]", "$.layout.street[1]: [0, 5] is not allowed; allowed: a point outside")]
    public void An_error_names_file_path_value_and_what_is_allowed(string from, string to, string expected)
    {
        Assert.Contains(from, SmallScenario.Json, StringComparison.Ordinal);
        var at = SmallScenario.Json.IndexOf(from, StringComparison.Ordinal);
        var fault = Assert.Throws<ScenarioException>(() => SmallScenario.Read(SmallScenario.Json.Remove(at, from.Length).Insert(at, to)));
        Assert.Contains("small.json: " + expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_told_at_once()
    {
        var fault = Assert.Throws<ScenarioException>(() => SmallScenario.Read(
            SmallScenario.Json.Replace("\"perMinute\": 20", "\"perMinute\": true", StringComparison.Ordinal).Replace("\"id\": \"shop\"", "\"id\": \"Shop\"", StringComparison.Ordinal)));
        Assert.Equal(2, fault.Message.Split(Environment.NewLine).Length);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"name\": \"x\", \"name\": \"x\"}")]
    public void What_is_no_scenario_at_all_is_an_error_and_not_a_crash(string json) => Assert.Throws<ScenarioException>(() => SmallScenario.Read(json));

    [Fact]
    public void A_missing_file_is_an_error_that_lists_what_there_is()
    {
        var fault = Assert.Throws<ScenarioException>(() => ScenarioFiles.Read("/nowhere/x.json"));
        Assert.Contains("quiet-night", fault.Message, StringComparison.Ordinal);
    }
}
