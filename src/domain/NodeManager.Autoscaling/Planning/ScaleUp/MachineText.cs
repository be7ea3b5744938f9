using System.Globalization;
using NodeManager.Autoscaling.Planning.Demand;
using NodeManager.Scheduling.Packing;

namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>Explains a new machine: the pods that need it, and why this one was chosen.</summary>
internal static class MachineText
{
    /// <param name="pods">At least one.</param>
    /// <param name="currency">Of the prices; null: there are none.</param>
    public static string Of(List<Pod> pods, PackedMachine machine, string? currency)
    {
        string need = pods.TrueForAll(Replacements.IsReplacement)
            ? pods.Count == 1
                ? $"Pod {Replacements.KeyOf(pods[0])} runs on a node that is reclaimed."
                : $"{pods.Count} pods run on nodes that are reclaimed."
            : pods.Count == 1
                ? $"Pod {Replacements.KeyOf(pods[0])} fits on no node."
                : $"{pods.Count} pods fit on no node.";
        return machine.Choice is { Expander: { } expander, Other: { } other } choice
            ? $"{need} Expander {NameOf(expander)}: {TextOf(choice, expander, currency)}; {TextOf(other, expander, currency)}."
            : need;
    }

    private static string NameOf(MachineExpander expander) => Inputs.ScalePolicy.Expanders.First(one => one.Value == expander).Key;

    private static string TextOf(MachineChoice choice, MachineExpander expander, string? currency)
    {
        string what = choice.Size.Name.Length > 0 ? $"pool '{choice.Offer.Pool}' ({choice.Size.Name})" : $"pool '{choice.Offer.Pool}'";
        string pods = choice.Pods == 1 ? "1 pod" : string.Create(CultureInfo.InvariantCulture, $"{choice.Pods} pods");
        return expander switch
        {
            MachineExpander.Priority => string.Create(CultureInfo.InvariantCulture, $"{what} has priority {choice.Offer.Priority}"),
            MachineExpander.LeastWaste => string.Create(
                CultureInfo.InvariantCulture,
                $"{what} leaves {choice.Waste * 50:0} % unused with {pods}"
            ),
            _ when choice.Size.Price is { } price => string.Create(
                CultureInfo.InvariantCulture,
                $"{what} costs {price:0.######} {currency} an hour for {pods}"
            ),
            _ => $"{what} has no price",
        };
    }
}
