using System.Text;
using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Tests.Simulator;

/// <summary>A scenario small enough to think about.</summary>
internal static class SmallScenario
{
    public const string Json = """
        {
          "name": "small", "description": "one receiver, one door",
          "layout": {
            "inside": [-5, 0, 5, 10], "door": [0, 0], "street": [[-20, -3], [20, -3]],
            "zones": [ { "id": "shop", "area": [-4, 1, 4, 9] } ],
            "walls": [ { "from": [-5, 0], "to": [-1, 0], "lossDb": 10 }, { "from": [1, 0], "to": [5, 0], "lossDb": 10 } ],
            "receivers": [
              { "id": "door-in", "zone": "shop", "side": "inside", "at": [0, 2] },
              { "id": "door-out", "zone": "street", "side": "outside", "at": [0, -2], "reports": "extended" }
            ]
          },
          "population": [
            { "name": "tagged", "kind": "customer", "arrivals": { "perMinute": 20 }, "dwell": { "medianSeconds": 20 }, "tag": {} },
            { "name": "phones", "kind": "customer", "arrivals": { "perMinute": 6 }, "portal": { "loyaltyPercent": 50 } },
            { "name": "passing", "kind": "passer-by", "arrivals": { "perMinute": 10 }, "tag": {} },
            { "name": "noise", "kind": "noise", "count": 3, "tag": {} }
          ]
        }
        """;

    public static Scenario Read(string? json = null) => ScenarioReader.Read("small.json", Encoding.UTF8.GetBytes(json ?? Json));
}
