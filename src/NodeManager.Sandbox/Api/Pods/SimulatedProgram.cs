namespace NodeManager.Sandbox.Api.Pods;

/// <summary>
/// What a simulated container does that is more than being there: asked at each of its starts. Null: it is none of this program's.
/// </summary>
public delegate SimulatedRun? SimulatedProgram(SimulatedStart start);
