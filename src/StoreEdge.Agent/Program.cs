using System.CommandLine;
using StoreEdge.Agent.Commands;

return await Patience.RunAsync(new RootCommand("StoreEdge notices who comes in, keeps it, tells central, and shows what fits. One subcommand for each thing you may want of it.")
{
    RunCommand.Create(),
    CheckConfigCommand.Create(),
    DoctorCommand.Create(TimeProvider.System),
    SupportBundleCommand.Create(TimeProvider.System),
    DecodeCommand.Create(),
    RecordCommand.Create(),
    CalibrateCommand.Create(),
    ReplayCommand.Create(),
    DecideCommand.Create(TimeProvider.System),
    JournalCommand.Create(),
    DesiredCommand.Create(),
    BundleCommand.Create(TimeProvider.System),
    GateCommand.Create(TimeProvider.System),
    AccessPointCommand.Create(),
    PanelsCommand.Create(TimeProvider.System),
    KioskCommand.Create(TimeProvider.System),
    SatelliteCommand.Create(TimeProvider.System),
    EnrollCommand.Create(TimeProvider.System),
    FactoryResetCommand.Create(),
    TechnicianCommand.Create(TimeProvider.System),
}.Parse(args));
