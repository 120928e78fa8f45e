namespace StoreEdge.Agent.Pages.Technician;

/// <summary>The technician's page.</summary>
/// <param name="PinFile">What <c>storeedge technician pin</c> wrote; null: the page shows and changes nothing.</param>
/// <param name="Networks">From where it answers.</param>
internal sealed record TechnicianOptions(string? PinFile, TechnicianNetworks Networks);
