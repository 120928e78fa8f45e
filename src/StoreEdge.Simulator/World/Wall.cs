namespace StoreEdge.Simulator.World;

/// <summary>A straight wall, pane or shelf that takes a fixed loss from every path that crosses it.</summary>
internal sealed record Wall(Point From, Point To, double LossDb)
{
    public bool Crosses(Point a, Point b) =>
        Side(From, To, a) * Side(From, To, b) < 0 && Side(a, b, From) * Side(a, b, To) <= 0;

    private static double Side(Point a, Point b, Point p) => (b.X - a.X) * (p.Y - a.Y) - (b.Y - a.Y) * (p.X - a.X);
}
