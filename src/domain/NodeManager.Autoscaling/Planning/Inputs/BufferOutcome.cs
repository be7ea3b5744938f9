namespace NodeManager.Autoscaling.Planning.Inputs;

/// <summary>The result of a plan for a CapacityBuffer.</summary>
/// <param name="Target">The target; null: it does not exist, or its kind is unknown.</param>
/// <param name="Desired">The desired number of pods.</param>
/// <param name="Free">The number of pods that fit on existing nodes.</param>
/// <param name="Coming">The number that fit on machines in progress, or on those of the plan.</param>
public sealed record BufferOutcome(CapacityBuffer Buffer, BufferTarget? Target, int Desired, int Free, int Coming);
