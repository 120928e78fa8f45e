using System.Runtime.Versioning;

// Unix sockets with permissions, systemd, GPIO: the agent runs on Linux only.
[assembly: SupportedOSPlatform("linux")]
