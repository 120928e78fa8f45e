namespace StoreEdge.Benchmarks; internal static class Program { internal static int Main(string[] args) => args.Length; }
