namespace NodeManager.Conformance.Scheduling;

/// <summary>What a scheduler made of a pod.</summary>
/// <param name="Fits">It found a node.</param>
/// <param name="Message">Why not, as the pod's condition has it; empty where it fits.</param>
/// <param name="Victims">The names of the pods that have to go for it, without which of several that are alike: by their priorities, in order.</param>
internal sealed record Outcome(bool Fits, string Message, string Victims = "")
{
    public override string ToString() => Fits ? "fits" : Message + (Victims.Length == 0 ? "" : $" [driving out {Victims}]");
}
