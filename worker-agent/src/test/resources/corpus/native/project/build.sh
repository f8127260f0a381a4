set -e
rm -rf out
mkdir out
cc -O2 -fPIC -shared -o out/libkernel.so src/*.c -lm
cc -O2 -o out/harness harness.c -Lout -lkernel -lm '-Wl,-rpath,$ORIGIN'
