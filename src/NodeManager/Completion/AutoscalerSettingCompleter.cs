using System.Collections;
using NodeManager.Autoscaling.Forecasts.Simulation;

namespace NodeManager.Completion;

public sealed class AutoscalerSettingCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) =>
        SimulatedAutoscaler.All.Select(static one => one.Name);
}
