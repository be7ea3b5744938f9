using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Api.Pods;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Controllers.Runtime;

/// <summary>What every controller works with.</summary>
/// <param name="Registry">The API's own rules for writing.</param>
/// <param name="Timers">Of the cluster's clock.</param>
/// <param name="Events">Tells users what happened.</param>
/// <param name="Seed">The same seed gives the same delays.</param>
/// <param name="Catalog">All kinds that there are at a moment.</param>
/// <param name="Faults">What is made to go wrong.</param>
/// <param name="Runs">What the programs in pods do.</param>
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
    /// <summary>Of Kubernetes 1.x.</summary>
    public int MinorVersion => Catalog.Minor;

    public DocumentStore Store => Registry.Store;

    public DateTimeOffset Now => Registry.Time.GetUtcNow();

    /// <summary>A number from 0 to 1 that belongs to a name: spread over names, the same in every run.</summary>
    public double Share(string name) => StableHash.Of(name, Seed) / (double)uint.MaxValue;
}
