namespace StoreEdge.Simulator.World;

/// <summary>A place on the floor plan, in metres.</summary>
internal readonly record struct Point(double X, double Y)
{
    public double DistanceTo(Point other) => Math.Sqrt((X - other.X) * (X - other.X) + (Y - other.Y) * (Y - other.Y));
}

/// <summary>A rectangle of the floor plan, in metres.</summary>
internal readonly record struct Area(double Left, double Bottom, double Right, double Top)
{
    public bool Contains(Point p) => p.X >= Left && p.X <= Right && p.Y >= Bottom && p.Y <= Top;

    public bool HasOnItsEdge(Point p) => Contains(p) && (p.X == Left || p.X == Right || p.Y == Bottom || p.Y == Top);

    public Point At(double across, double up) => new(Left + (Right - Left) * across, Bottom + (Top - Bottom) * up);
}

/// <summary>Where somebody is over time: way points joined by straight walks. Times are seconds since the start of the run.</summary>
internal sealed class Track
{
    private readonly List<(double Time, Point At)> points = [];

    public Track(double start, Point at) => points.Add((start, at));

    public double Start => points[0].Time;

    public double End => points[^1].Time;

    public Point Last => points[^1].At;

    public Track Walk(Point to, double metresPerSecond)
    {
        points.Add((End + Last.DistanceTo(to) / metresPerSecond, to));
        return this;
    }

    public Track Stay(double seconds)
    {
        points.Add((End + seconds, Last));
        return this;
    }

    public Point At(double time)
    {
        if (time <= points[0].Time) return points[0].At;
        int low = 0, high = points.Count - 1;
        if (time >= points[high].Time) return points[high].At;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (points[middle].Time <= time) low = middle;
            else high = middle;
        }

        var (from, to) = (points[low], points[high]);
        var part = (time - from.Time) / (to.Time - from.Time);
        return new(from.At.X + (to.At.X - from.At.X) * part, from.At.Y + (to.At.Y - from.At.Y) * part);
    }
}
