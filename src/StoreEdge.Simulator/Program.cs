namespace StoreEdge.Simulator; internal static class Program { internal static int Main(string[] args) => args.Length; }
