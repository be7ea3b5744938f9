using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Api.Pods;
using NodeManager.Sandbox.Api.Registry;

namespace NodeManager.Sandbox.Controllers.Runtime;

/// <param name="Seed">For reproducible delays.</param>
internal sealed record ControllerContext(
    ResourceRegistry Registry,
    TimerQueue Timers,
    EventRecorder Events,
    int Seed,
    KindCatalog Catalog,
    FaultRegistry Faults,
    PodRuns Runs
)
{
    /// <summary>The minor version of Kubernetes 1.x.</summary>
    public int MinorVersion => Catalog.Minor;

    public DocumentStore Store => Registry.Store;

    public DateTimeOffset Now => Registry.Time.GetUtcNow();

    /// <summary>A number from 0 to 1 per name: evenly distributed and reproducible.</summary>
    public double Share(string name) => StableHash.Of(name, Seed) / (double)uint.MaxValue;
}
