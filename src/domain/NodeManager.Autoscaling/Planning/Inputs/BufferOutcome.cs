using NodeManager.Autoscaling.Resources;

namespace NodeManager.Autoscaling.Planning.Inputs;

/// <summary>What a plan makes of a CapacityBuffer.</summary>
/// <param name="Buffer">The buffer.</param>
/// <param name="Target">What it refers to; null: there is no such object, or nothing is known of its kind.</param>
/// <param name="Wanted">For how many pods there is to be room.</param>
/// <param name="Free">For how many of them nodes that exist have room.</param>
/// <param name="Coming">How many more find room on machines that are on their way, or that the plan makes.</param>
public sealed record BufferOutcome(CapacityBuffer Buffer, BufferTarget? Target, int Wanted, int Free, int Coming);
