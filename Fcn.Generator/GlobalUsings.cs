global using Fcn.Generator.Graph;
global using Fcn.Generator.Ops;
