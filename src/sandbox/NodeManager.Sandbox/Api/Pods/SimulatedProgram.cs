namespace NodeManager.Sandbox.Api.Pods;

/// <summary>A simulated program, called at each start of a container. Null: not this image and command.</summary>
public delegate SimulatedRun? SimulatedProgram(SimulatedStart start);
