global using Fcn.Generator.Collections;
global using Fcn.Generator.Graph;
global using Fcn.Generator.Kernels;
global using Fcn.Generator.Ops;
global using Fcn.Generator.Schedule;
global using Fcn.Generator.Text;
